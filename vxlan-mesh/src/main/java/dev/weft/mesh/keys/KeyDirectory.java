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
 * The keys of all nodes of one epoch, of which only those that may be used count.
 *
 * @param usable by the node's name
 * @param refused why a node counts as one without a key, by its name
 */
public record KeyDirectory(
    NavigableMap<String, PublishedKey> usable, NavigableMap<String, String> refused) {
  private static final int LAST_PORT = 65535;

  /**
   * Sorts out what must not be used: a key that is no X25519 public key or is one of the few whose
   * secrets are known to all, a key or an address that several nodes publish, and a node without an
   * address or with a port that is none.
   *
   * @param published the keys of one epoch, at most one of a node
   */
  public static KeyDirectory of(Collection<PublishedKey> published) {
    return of(published, PublicKeys::flaw);
  }

  /**
   * The same.
   *
   * @param flaws what is wrong with a key by itself, empty for nothing
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

  /** The address in the one form of each; empty if it is none. */
  private static String address(PublishedKey key) {
    try {
      return IpPrefix.parseAddress(key.vtep()).getHostAddress();
    } catch (IllegalArgumentException e) {
      return "";
    }
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
      bytes.udpPort(key.udpPort());
    }
    return HexFormat.of().formatHex(bytes.sha256());
  }
}
