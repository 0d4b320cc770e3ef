package dev.weft.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Multus's annotation, {@value Names#MULTUS_ANNOTATION} (Network Plumbing Working Group,
 * Kubernetes Network Custom Resource Definition De-facto Standard, version 1.3, 4.1). Most of what
 * it names is not Weft's, so a text that cannot be read names nothing here: Multus reports it.
 */
public final class MultusSelections {
  private static final String NAME = "[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?";
  private static final Pattern SHORT =
      Pattern.compile("(?:(%s)/)?(%s)(?:@([^/@\\s]+))?".formatted(NAME, NAME));
  private static final Pattern DEFINITION = Pattern.compile(NAME + "/" + NAME);

  private static final ObjectMapper JSON = new JsonMapper();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build());
  }

  private MultusSelections() {}

  /**
   * Reads the short form, {@code lan, shop/lan@eth5}, or the JSON form.
   *
   * @param namespace namespace of the pod, for names without one
   * @return the selections in the order of the text; empty if it cannot be read, or is longer than
   *     {@link Attachments#LONGEST}
   */
  public static List<MultusSelection> read(String text, String namespace) {
    if (text.length() > Attachments.LONGEST || text.isBlank()) {
      return List.of();
    }
    return text.stripLeading().charAt(0) == '[' ? json(text, namespace) : list(text, namespace);
  }

  /**
   * A selection that Weft attaches.
   *
   * @param network name of the ContainerNetwork that stands for its definition
   */
  public record Mapped(MultusSelection selection, String network) {}

  /**
   * The selections whose definition a network stands for.
   *
   * @param networks finds the networks that stand for a definition
   * @throws InvalidAttachments if several networks stand for one definition
   */
  public static List<Mapped> mapped(
      List<MultusSelection> selections, Function<String, Set<String>> networks)
      throws InvalidAttachments {
    List<Mapped> mapped = new ArrayList<>();
    for (MultusSelection each : selections) {
      Set<String> standing = networks.apply(each.definition());
      if (standing.size() > 1) {
        throw new InvalidAttachments(
            "the networks %s all stand for %s; take it out of the annotation %s of all but one"
                .formatted(
                    String.join(", ", new TreeSet<>(standing)),
                    each.definition(),
                    Names.MULTUS_ALIASES_ANNOTATION),
            each.position());
      }
      standing.forEach(network -> mapped.add(new Mapped(each, network)));
    }
    return mapped;
  }

  /**
   * The attachments of a pod.
   *
   * @param gateways finds the gateways of a network
   * @throws InvalidAttachments if one cannot be read, or two contradict each other
   */
  public static List<Attachment> attachments(
      List<Mapped> mapped, Function<String, Set<String>> gateways) throws InvalidAttachments {
    List<PlacedAttachment> found = new ArrayList<>();
    for (Mapped each : mapped) {
      if (found.size() == Attachments.MOST) {
        throw new InvalidAttachments(
            "a pod attaches to at most %d networks".formatted(Attachments.MOST),
            each.selection.position());
      }
      Set<String> known = gateways.apply(each.network);
      for (String gateway : each.selection.gateways()) {
        if (!known.contains(gateway)) {
          throw new InvalidAttachments(
              "default-route names %s, and network %s has the gateways %s; name one of them"
                  .formatted(gateway, each.network, new TreeSet<>(known)),
              each.selection.position());
        }
      }
      found.add(
          new PlacedAttachment(
              each.selection.attachmentTo(each.network), each.selection.position()));
    }
    Attachments.requireDistinct(found);
    return found.stream().map(PlacedAttachment::attachment).toList();
  }

  /** Whether {@code text} is a namespace and a name, joined by "/". */
  static boolean isDefinition(String text) {
    return DEFINITION.matcher(text).matches();
  }

  private static List<MultusSelection> list(String text, String namespace) {
    List<MultusSelection> found = new ArrayList<>();
    int start = 0;
    for (String item : text.split(",", -1)) {
      Matcher parts = SHORT.matcher(item.strip());
      if (!parts.matches()) {
        return List.of();
      }
      found.add(
          selection(
              parts.group(1) == null ? namespace : parts.group(1),
              parts.group(2),
              parts.group(3) == null ? "" : parts.group(3),
              new Place(found.size(), start)));
      start += item.length() + 1;
    }
    return found;
  }

  private static List<MultusSelection> json(String text, String namespace) {
    List<MultusSelection> found = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        JsonNode item = parser.readValueAsTree();
        if (!(item instanceof ObjectNode wishes) || !wishes.path("name").isTextual()) {
          return List.of();
        }
        String own = wishes.path("namespace").asText("");
        MultusSelection each =
            selection(
                own.isEmpty() ? namespace : own,
                wishes.path("name").asText(),
                wishes.path("interface").asText(""),
                new Place(found.size(), start));
        found.add(
            new MultusSelection(each.definition(), each.interfaceName(), wishes, each.position()));
      }
      return parser.nextToken() == null ? found : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  private record Place(int index, int position) {}

  /** Multus names interfaces by their place in the list, from net1. */
  private static MultusSelection selection(
      String namespace, String name, String interfaceName, Place place) {
    return new MultusSelection(
        namespace + "/" + name,
        interfaceName.isEmpty() ? "net" + (place.index + 1) : interfaceName,
        JsonNodeFactory.instance.objectNode(),
        place.position);
  }
}
