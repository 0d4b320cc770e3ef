package dev.weft.agent.desired;

import dev.weft.api.Attachment;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Assigns the interfaces of a sandbox to its attachments. An attachment gets the interface with the
 * requested name. Without a name, it gets the first matching interface of its network that no other
 * attachment names. This uses only stored data, so the result is the same after a restart of the
 * agent.
 *
 * @param interfaces names of interfaces by index of the attachment
 */
public record Pairing(Map<Integer, String> interfaces) {
  private static final Comparator<String> SHORT_FIRST =
      Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  public Pairing {
    interfaces = Map.copyOf(interfaces);
  }

  /**
   * Computes the pairing.
   *
   * @param wanted attachments of a sandbox, in order
   * @param held endpoints of the sandbox, on any network
   */
  public static Pairing of(List<Attachment> wanted, List<NetworkEndpoint> held) {
    Map<String, Map<String, List<NetworkEndpointSpec>>> free = new HashMap<>();
    for (NetworkEndpoint each : held) {
      NetworkEndpointSpec spec = each.getSpec();
      if (spec != null && spec.network() != null && spec.interfaceName() != null) {
        free.computeIfAbsent(spec.network(), _ -> new TreeMap<>(SHORT_FIRST))
            .computeIfAbsent(spec.interfaceName(), _ -> new ArrayList<>())
            .add(spec);
      }
    }
    Map<Integer, String> pairs = new HashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      String name = wanted.get(i).interfaceName();
      Map<String, List<NetworkEndpointSpec>> ofNetwork = free.get(wanted.get(i).network());
      if (name != null && ofNetwork != null && ofNetwork.remove(name) != null) {
        pairs.put(i, name);
      }
    }
    for (int i = 0; i < wanted.size(); i++) {
      Attachment attachment = wanted.get(i);
      if (attachment.interfaceName() == null) {
        Map<String, List<NetworkEndpointSpec>> ofNetwork =
            free.getOrDefault(attachment.network(), Map.of());
        Optional<String> found =
            ofNetwork.entrySet().stream()
                .filter(each -> suits(attachment, each.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
        if (found.isPresent()) {
          ofNetwork.remove(found.get());
          pairs.put(i, found.get());
        }
      }
    }
    return new Pairing(pairs);
  }

  /** The interface of the attachment at this index; empty if it has none yet. */
  public Optional<String> of(int attachment) {
    return Optional.ofNullable(interfaces.get(attachment));
  }

  /**
   * Whether an interface matches. A claim may be partial: a family without an address still
   * matches.
   */
  private static boolean suits(Attachment attachment, List<NetworkEndpointSpec> held) {
    boolean sameMac =
        attachment.mac() == null
            || held.stream().allMatch(each -> Objects.equals(attachment.mac(), each.mac()));
    return sameMac
        && attachment.ips().stream()
            .allMatch(asked ->
                held.stream()
                    .flatMap(each -> EndpointAddresses.of(each).stream())
                    .filter(asked::isLike)
                    .allMatch(asked::equals));
  }
}
