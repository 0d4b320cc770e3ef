package dev.weft.mesh.keys;

import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Caches what is derived from pairs of keys, because each derivation takes some tenths of a
 * millisecond. It holds no secrets. Not thread-safe.
 */
public final class Derivations {
  private final Map<Pairing, Link> known = new HashMap<>();
  private final Set<Pairing> asked = new HashSet<>();
  private final Map<String, String> flaws = new HashMap<>();
  private final Set<String> askedFlaws = new HashSet<>();

  private record Pairing(long epoch, PublishedKey sender, PublishedKey receiver) {}

  /** An association without its key. */
  record Link(String id, XfrmStateId state, InetAddress source) {
    static Link of(Association association) {
      return new Link(
          association.id(),
          XfrmStateId.esp(association.destination(), association.spi()),
          association.source());
    }

    /** As {@link Association#at}. */
    Link at(KeyInputs.Self self) {
      return new Link(
          id, XfrmStateId.esp(self.here(state.destination()), state.spi()), self.here(source));
    }
  }

  Link link(long epoch, NodeKeyPair own, PublishedKey sender, PublishedKey receiver) {
    Pairing pairing = new Pairing(epoch, sender, receiver);
    asked.add(pairing);
    return known.computeIfAbsent(
        pairing,
        _ -> {
          Association association = Association.between(epoch, own, sender, receiver);
          association.key().destroy();
          return Link.of(association);
        });
  }

  /** As {@link KeyDirectory#of(Collection)}, with cached checks of the keys. */
  KeyDirectory directory(Collection<PublishedKey> published) {
    return KeyDirectory.of(
        published,
        key -> {
          askedFlaws.add(key);
          return flaws.computeIfAbsent(key, PublicKeys::flaw);
        });
  }

  /** Evicts entries that were not requested since the last call. */
  void forgetOthers() {
    known.keySet().retainAll(asked);
    asked.clear();
    flaws.keySet().retainAll(askedFlaws);
    askedFlaws.clear();
  }
}
