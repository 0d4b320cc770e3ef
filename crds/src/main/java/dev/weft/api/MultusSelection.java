package dev.weft.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network that a pod selects in Multus's annotation.
 *
 * @param definition namespace and name of the NetworkAttachmentDefinition, joined by "/"
 * @param interfaceName requested name of the interface, or the one that Multus gives it
 * @param wishes JSON object with the other requests; empty in the short form
 * @param position index in the annotation where the selection begins
 */
public record MultusSelection(
    String definition, String interfaceName, ObjectNode wishes, int position) {
  /** Requests that Multus passes to other plugins than Weft has. */
  private static final List<String> UNSUPPORTED =
      List.of("bandwidth", "portMappings", "infiniband-guid", "cni-args", "ipam-claim-reference");

  public MultusSelection {
    wishes = wishes.deepCopy();
  }

  /** Gateways that shall carry the default route; empty: it has none on this network. */
  public List<String> gateways() {
    List<String> gateways = new ArrayList<>();
    for (String field : List.of("default-route", "gateway")) {
      wishes.path(field).forEach(each -> gateways.add(each.asText()));
    }
    return List.copyOf(gateways);
  }

  /**
   * The selection as an attachment to the network that stands for its definition.
   *
   * @throws InvalidAttachments if Weft does not support a request, or cannot read it
   */
  public Attachment attachmentTo(String network) throws InvalidAttachments {
    for (String each : UNSUPPORTED) {
      JsonNode value = wishes.path(each);
      if (!value.isMissingNode()
          && !value.isNull()
          && !(value.isContainerNode() && value.isEmpty())) {
        throw fault("Weft does not support %s; remove it".formatted(each));
      }
    }
    return new Attachment(
        network,
        PlacedAttachment.interfaceName(interfaceName, position),
        addresses(),
        mac(),
        !gateways().isEmpty());
  }

  private List<IpAddress> addresses() throws InvalidAttachments {
    List<IpAddress> addresses = new ArrayList<>();
    for (JsonNode each : wishes.path("ips")) {
      IpAddress address = address(each.asText());
      if (addresses.stream().anyMatch(address::isLike)) {
        throw fault("an interface has at most one IPv4 and one IPv6 address; ips has more");
      }
      addresses.add(address);
    }
    return addresses;
  }

  /** The address without its prefix length, which the network's subnet determines. */
  private IpAddress address(String text) throws InvalidAttachments {
    try {
      int slash = text.indexOf('/');
      if (slash < 0) {
        return IpAddress.parse(text);
      }
      IpAddress address = IpAddress.parse(text.substring(0, slash));
      Cidr _ = Cidr.containing(address, Integer.parseInt(text.substring(slash + 1)));
      return address;
    } catch (IllegalArgumentException e) {
      throw fault("ips holds no address such as 10.0.0.7/24 or fd00:10::7/64");
    }
  }

  private @Nullable String mac() throws InvalidAttachments {
    Optional<String> asked =
        Optional.of(wishes.path("mac").asText("")).filter(each -> !each.isEmpty());
    try {
      return asked.map(MacAddress::parse).orElse(null);
    } catch (IllegalArgumentException e) {
      throw fault("mac: " + e.getMessage());
    }
  }

  private InvalidAttachments fault(String message) {
    return new InvalidAttachments(message, position);
  }
}
