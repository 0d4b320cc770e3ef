package dev.weft.importer.multus;

import dev.weft.api.Cidr;
import dev.weft.api.IpAddress;
import dev.weft.api.MultusSelection;
import dev.weft.api.MultusSelections;
import dev.weft.api.Names;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.yaml.JsonText;
import dev.weft.importer.yaml.SourcePosition;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Addresses in use on Multus's networks, from whereabouts' objects and from pods; and who uses
 * which definition.
 */
final class UsedAddresses {
  private static final String STATUS = "k8s.v1.cni.cncf.io/network-status";
  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

  private final Map<IpAddress, String> holders = new TreeMap<>();
  private final Set<IpAddress> placed = new HashSet<>();
  private final Map<String, Set<String>> namespaces = new TreeMap<>();
  private final Map<String, Set<Cidr>> blocks = new TreeMap<>();

  /** Holders of the addresses of a block, by address. */
  Map<IpAddress, String> in(Cidr block) {
    Map<IpAddress, String> found = new TreeMap<>();
    holders.forEach((address, holder) -> {
      if (block.contains(address)) {
        found.put(address, holder);
        placed.add(address);
      }
    });
    return found;
  }

  /** Holders of addresses that no block of a network held. */
  Map<IpAddress, String> unplaced() {
    Map<IpAddress, String> left = new TreeMap<>(holders);
    left.keySet().removeAll(placed);
    return left;
  }

  /** Namespaces of the pods that select a definition. */
  Set<String> namespaces(String definition) {
    return namespaces.getOrDefault(definition, Set.of());
  }

  /** Blocks of the addresses that pods ask for on a definition. */
  Set<Cidr> blocks(String definition) {
    return blocks.getOrDefault(definition, Set.of());
  }

  /** Reads a whereabouts IPPool: its allocations by their offset from the first address. */
  void pool(Cursor pool) {
    Cursor spec = pool.get("spec");
    Optional<IpAddress> first =
        spec.get("range").as(text -> IpAddress.parse(text.replaceFirst("/.*", "")));
    spec.get("allocations")
        .entries()
        .forEach((offset, allocation) -> {
          String holder = allocation.get("podref").text().orElse("whereabouts");
          allocation.take();
          if (first.isPresent() && offset.matches("[0-9]{1,39}")) {
            IpAddress base = first.get();
            BigInteger value = base.value().add(new BigInteger(offset));
            if (value.bitLength() <= base.bits()) {
              hold(new IpAddress(base.bits(), value), holder);
              return;
            }
          }
          allocation.refused("its address cannot be told; reserve it by hand");
        });
  }

  /** Reads a whereabouts OverlappingRangeIPReservation: its name ends with the address. */
  void reservation(Cursor reservation) {
    String holder = reservation.get("spec").get("podref").text().orElse("whereabouts");
    Cursor name = reservation.get("metadata").get("name");
    Optional<IpAddress> address = name.text().flatMap(UsedAddresses::named);
    if (address.isPresent()) {
      hold(address.get(), holder);
    } else {
      name.refused("its address cannot be told; reserve it by hand");
    }
  }

  /** A name may start with a network's, and has "-" in place of the colons of IPv6. */
  private static Optional<IpAddress> named(String name) {
    for (int at = 0; at >= 0 && at < name.length(); at = next(name, at)) {
      String rest = name.substring(at);
      Optional<IpAddress> found = parsed(rest).or(() -> parsed(rest.replace('-', ':')));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static int next(String name, int at) {
    int dash = name.indexOf('-', at);
    return dash < 0 ? -1 : dash + 1;
  }

  private static Optional<IpAddress> parsed(String text) {
    try {
      return Optional.of(IpAddress.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads what a pod asks of Multus, and what Multus wrote on it. */
  void pod(Cursor pod) {
    Cursor metadata = pod.get("metadata");
    Cursor annotations = metadata.get("annotations");
    String namespace = metadata.get("namespace").text().orElse("default");
    String holder = namespace + "/" + metadata.get("name").text().orElse("?");
    if (pod.get("status").get("phase").text().filter(FINISHED::contains).isPresent()) {
      return;
    }
    String asked = annotations.get(Names.MULTUS_ANNOTATION).text().orElse("");
    for (MultusSelection each : MultusSelections.read(asked, namespace)) {
      namespaces.computeIfAbsent(each.definition(), _ -> new TreeSet<>()).add(namespace);
      each.wishes().path("ips").forEach(ip -> asked(each.definition(), ip.asText(), holder));
    }
    annotations.get(STATUS).text().ifPresent(text -> status(annotations.get(STATUS), text, holder));
  }

  private void asked(String definition, String text, String holder) {
    Optional<IpAddress> address = parsed(text.replaceFirst("/.*", ""));
    address.ifPresent(each -> hold(each, holder));
    if (address.isPresent() && text.matches(".*/[0-9]{1,3}")) {
      int prefix = Integer.parseInt(text.substring(text.indexOf('/') + 1));
      if (prefix <= address.get().bits()) {
        blocks
            .computeIfAbsent(definition, _ -> new TreeSet<>())
            .add(Cidr.containing(address.get(), prefix));
      }
    }
  }

  private void status(Cursor annotation, String text, String holder) {
    try {
      SourcePosition place = annotation.place();
      Cursor entries =
          new Cursor(annotation.path(), JsonText.read(place, text), annotation.notes());
      for (Cursor each : entries.items()) {
        boolean others =
            each.get("default").isTrue() || each.get("name").text().orElse("").startsWith("weft.");
        for (String ip : others ? Set.<String>of() : Set.copyOf(each.get("ips").texts())) {
          parsed(ip).ifPresent(address -> hold(address, holder));
        }
      }
    } catch (IllegalArgumentException e) {
      annotation.refused("what addresses the pod has cannot be told: " + e.getMessage());
    }
  }

  private void hold(IpAddress address, String holder) {
    holders.putIfAbsent(address, holder);
  }
}
