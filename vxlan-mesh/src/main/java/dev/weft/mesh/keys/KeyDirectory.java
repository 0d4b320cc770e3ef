package dev.weft.mesh.keys;

import dev.weft.netlink.IpPrefix;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Public keys of all nodes in one epoch, separated into usable and refused ones.
 *
 * @param usable usable keys by node name
 * @param refused reason to refuse a node's key, by node name
 */
public record KeyDirectory(
    NavigableMap<String, PublishedKey> usable, NavigableMap<String, String> refused) {
  private static final int LAST_PORT = 65535;

  /**
   * Refuses a key that is no valid X25519 public key or has low order, a key or an address that
   * several nodes publish, and a node without a valid address or UDP port.
   *
   * @param published the keys of one epoch, at most one per node
   */
  public static KeyDirectory of(Collection<PublishedKey> published) {
    return of(published, PublicKeys::flaw);
  }

  /**
   * As {@link #of(Collection)}, with another check of single keys.
   *
   * @param flaws flaw of a public key; empty if it has none
   */
  static KeyDirectory of(Collection<PublishedKey> published, UnaryOperator<String> flaws) {
    Map<String, Long> holders =
        published.stream()
            .flatMap(each -> Stream.of(each.publicKey(), address(each)).distinct())
            .collect(Collectors.groupingBy(claim -> claim, Collectors.counting()));
    var usable = new TreeMap<String, PublishedKey>();
    var refused = new TreeMap<String, String>();
    for (PublishedKey key : published) {
      String flaw = flaw(key, holders, flaws);
      if (flaw.isEmpty()) {
        usable.put(key.node(), key);
      } else {
        refused.put(key.node(), flaw);
      }
    }
    return new KeyDirectory(usable, refused);
  }

  private static String flaw(
      PublishedKey key, Map<String, Long> holders, UnaryOperator<String> flaws) {
    if (isShared(key.publicKey(), holders)) {
      return "another node publishes the same key";
    }
    if (address(key).isEmpty()) {
      return "'%s' is no address of its tunnels".formatted(key.vtep());
    }
    if (isShared(address(key), holders)) {
      return "another node publishes the same address, %s".formatted(key.vtep());
    }
    if (key.udpPort().filter(port -> port < 1 || port > LAST_PORT).isPresent()) {
      return "%d is no UDP port".formatted(key.udpPort().get());
    }
    return flaws.apply(key.publicKey());
  }

  private static boolean isShared(String claim, Map<String, Long> holders) {
    return holders.getOrDefault(claim, 0L) > 1;
  }

  /** Canonical text of the address; empty if it is invalid. */
  private static String address(PublishedKey key) {
    try {
      return IpPrefix.parseAddress(key.vtep()).getHostAddress();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** Directory with the usable keys of these nodes only. */
  public KeyDirectory only(Collection<String> nodes) {
    var some = new TreeMap<>(usable);
    some.keySet().retainAll(nodes);
    return new KeyDirectory(some, refused);
  }

  /**
   * SHA-256 over the usable keys, as 64 hexadecimal digits. Nodes publish it to report the keys
   * that they are ready to receive with. A node's own key is included.
   */
  public String digest() {
    var bytes = new Fields();
    bytes.text("weft.dev peers v1");
    for (PublishedKey key : usable.values()) {
      bytes.text(key.node());
      bytes.text(key.vtep());
      bytes.number(key.generation());
      bytes.text(key.publicKey());
      bytes.udpPort(key.udpPort());
    }
    return HexFormat.of().formatHex(bytes.sha256());
  }
}
