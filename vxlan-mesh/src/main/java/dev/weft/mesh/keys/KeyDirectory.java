package dev.weft.mesh.keys;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The keys of all nodes of one epoch, of which only those that may be used count.
 *
 * @param usable by the node's name
 * @param refused why a node counts as one without a key, by its name
 */
public record KeyDirectory(
    NavigableMap<String, PublishedKey> usable, NavigableMap<String, String> refused) {
  /**
   * Sorts out what must not be used: a key that is no X25519 public key or is one of the few whose
   * secrets are known to all, a key that several nodes publish, and a node without an address.
   *
   * @param published the keys of one epoch, at most one of a node
   */
  public static KeyDirectory of(Collection<PublishedKey> published) {
    Map<String, Long> holders =
        published.stream()
            .collect(Collectors.groupingBy(PublishedKey::publicKey, Collectors.counting()));
    var usable = new TreeMap<String, PublishedKey>();
    var refused = new TreeMap<String, String>();
    for (PublishedKey key : published) {
      String flaw = flaw(key, holders);
      if (flaw.isEmpty()) {
        usable.put(key.node(), key);
      } else {
        refused.put(key.node(), flaw);
      }
    }
    return new KeyDirectory(usable, refused);
  }

  private static String flaw(PublishedKey key, Map<String, Long> holders) {
    if (holders.getOrDefault(key.publicKey(), 0L) > 1) {
      return "another node publishes the same key";
    }
    try {
      InetAddress _ = IpPrefix.parseAddress(key.vtep());
    } catch (IllegalArgumentException e) {
      return "'%s' is no address of its tunnels".formatted(key.vtep());
    }
    return PublicKeys.flaw(key.publicKey());
  }

  /** These nodes' keys alone. */
  public KeyDirectory only(Collection<String> nodes) {
    var some = new TreeMap<>(usable);
    some.keySet().retainAll(nodes);
    return new KeyDirectory(some, refused);
  }

  /**
   * A name for exactly this set of usable keys, by which nodes say for which of them they are ready
   * to receive: 64 hexadecimal digits. A node's own key is part of it.
   */
  public String digest() {
    var bytes = new Fields();
    bytes.text("weft.dev peers v1");
    for (PublishedKey key : usable.values()) {
      bytes.text(key.node());
      bytes.text(key.vtep());
      bytes.number(key.generation());
      bytes.text(key.publicKey());
    }
    return HexFormat.of().formatHex(bytes.sha256());
  }
}
