package dev.weft.mesh.keys;

import dev.weft.mesh.keys.Derivations.Link;
import dev.weft.mesh.keys.KeyReport.OwnKey;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Computes a {@link KeyDecision}; used once. */
final class KeyPlanner {
  private final KeyInputs now;
  private final Derivations derivations;
  private final Supplier<NodeKeyPair> fresh;
  private final TreeMap<Long, EpochKey> keys;
  private final long epoch;
  private final KeyTarget.Step step;
  private final Map<String, List<Pair>> pairs = new HashMap<>();

  KeyPlanner(
      KeyRing ring, KeyInputs situation, Derivations derivations, Supplier<NodeKeyPair> fresh) {
    this.now = situation;
    this.derivations = derivations;
    this.fresh = fresh;
    keys = new TreeMap<>(ring.keys());
    long newest = keys.isEmpty() ? 0 : keys.lastKey();
    epoch = Math.max(situation.target().epoch(), newest);
    // A target older than the ring is stale or belongs to another mesh. It must not retire newer
    // keys, and the node may keep sending with the keys that are still published.
    step = situation.target().epoch() == epoch ? situation.target().step() : KeyTarget.Step.PREPARE;
  }

  /** Both directions between this node and a peer in one epoch. */
  private record Pair(PublishedKey peer, Link out, Link in) {
    Stream<Link> links() {
      return Stream.of(out, in);
    }
  }

  KeyDecision decide() {
    keys.headMap(epoch - 1).clear();
    if (!keys.containsKey(epoch)) {
      keys.put(epoch, freshKey(shownGeneration(epoch)));
    }
    if (step == KeyTarget.Step.RETIRE) {
      keys.headMap(epoch).entrySet().removeIf(each -> isQuiet(each.getKey(), each.getValue()));
    }
    mend();
    KeyDecision decision = conclude();
    derivations.forgetOthers();
    return decision;
  }

  /** Published generation of this node's key; -1 if none is published. */
  private long shownGeneration(long of) {
    return published(of).stream()
        .filter(this::isMine)
        .mapToLong(PublishedKey::generation)
        .max()
        .orElse(-1);
  }

  /** Creates a key of the next generation. */
  private EpochKey freshKey(long generation) {
    return EpochKey.unused(fresh.get(), generation + 1, now.target().udpPort());
  }

  /** Whether no state of an epoch has packets in flight. */
  private boolean isQuiet(long old, EpochKey key) {
    return pairs(old, key).stream()
        .flatMap(Pair::links)
        .map(Link::state)
        .noneMatch(now.kernel().busy()::contains);
  }

  /** Replaces or drops keys with a lost association, which cannot be made again. */
  private void mend() {
    Set<XfrmStateId> taken = new HashSet<>(now.kernel().foreign());
    for (long old : List.copyOf(keys.headMap(epoch).keySet())) {
      if (!isSound(old, taken)) {
        keys.remove(old);
      }
    }
    Set<XfrmStateId> older = Set.copyOf(taken);
    while (!isSound(epoch, taken)) {
      taken.clear();
      taken.addAll(older);
      keys.computeIfPresent(
          epoch, (at, key) -> freshKey(Math.max(key.generation(), shownGeneration(at))));
    }
  }

  /**
   * Whether each association of an epoch is both in the kernel and recorded, or neither.
   *
   * @param taken states of other keys; the states of this epoch are added
   */
  private boolean isSound(long of, Set<XfrmStateId> taken) {
    EpochKey key = key(of);
    boolean sound = true;
    for (Pair pair : pairs(of, key)) {
      sound &= isSound(pair.out(), key.used(), taken) && isSound(pair.in(), key.received(), taken);
    }
    return sound;
  }

  private boolean isSound(Link link, Set<String> noted, Set<XfrmStateId> taken) {
    boolean present = now.kernel().ours().containsKey(link.state());
    return taken.add(link.state()) && noted.contains(link.id()) == present;
  }

  private KeyDecision conclude() {
    Map<XfrmStateId, InetAddress> states = new HashMap<>();
    Map<XfrmStateId, Association> make = new HashMap<>();
    Map<InetAddress, Long> outbound = new HashMap<>();
    boolean behind = false;
    for (long of : List.copyOf(keys.keySet())) {
      EpochKey key = key(of);
      List<String> used = new ArrayList<>();
      List<String> received = new ArrayList<>();
      for (Pair pair : pairs(of, key)) {
        pair.links().forEach(link -> states.put(link.state(), link.source()));
        if (isMissing(pair.out())) {
          make.put(pair.out().state(), associate(of, key, ownKey(key), pair.peer()));
          used.add(pair.out().id());
        }
        if (isMissing(pair.in())) {
          make.put(pair.in().state(), associate(of, key, pair.peer(), ownKey(key)));
          received.add(pair.in().id());
        }
        InetAddress to = pair.out().state().destination();
        boolean stays = of == epoch && step == KeyTarget.Step.PREPARE && outbound.containsKey(to);
        behind |= stays;
        if (!stays) {
          outbound.put(to, pair.out().state().spi());
        }
      }
      keys.put(of, key.noting(used, received));
    }
    int wanted = states.size();
    for (XfrmStateId id : now.kernel().busy()) {
      InetAddress source = now.kernel().ours().get(id);
      if (source != null) {
        states.putIfAbsent(id, source);
      }
    }
    boolean lingering =
        states.size() > wanted || (step == KeyTarget.Step.RETIRE && !keys.headMap(epoch).isEmpty());
    KeyDirectory directory = directory(epoch, key(epoch));
    return new KeyDecision(
        new KeyRing(keys),
        Map.copyOf(states),
        Map.copyOf(make),
        Map.copyOf(outbound),
        lingering,
        new KeyReport(
            keys.entrySet().stream()
                .map(each ->
                    new OwnKey(
                        each.getKey(),
                        each.getValue().generation(),
                        each.getValue().pair().publicKey(),
                        each.getValue().udpPort()))
                .toList(),
            epoch,
            directory.digest(),
            behind ? keys.firstKey() : epoch,
            exhausted()),
        directory.refused());
  }

  private boolean isMissing(Link link) {
    return !now.kernel().ours().containsKey(link.state());
  }

  private Association associate(long of, EpochKey key, PublishedKey sender, PublishedKey receiver) {
    return Association.between(of, key.pair(), sender, receiver).at(now.self());
  }

  private Optional<Long> exhausted() {
    return keys.descendingMap().entrySet().stream()
        .filter(each ->
            pairs(each.getKey(), each.getValue()).stream()
                .anyMatch(pair -> now.kernel().exhausted().contains(pair.out().state())))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private EpochKey key(long of) {
    EpochKey key = keys.get(of);
    if (key == null) {
      throw new IllegalStateException("no key of epoch " + of);
    }
    return key;
  }

  private List<PublishedKey> published(long of) {
    return now.published().getOrDefault(of, List.of());
  }

  private boolean isMine(PublishedKey key) {
    return key.node().equals(now.self().node());
  }

  private PublishedKey ownKey(EpochKey key) {
    return new PublishedKey(
        now.self().node(),
        now.self().vtep().getHostAddress(),
        key.generation(),
        key.pair().publicKey(),
        key.udpPort());
  }

  /** Keys of an epoch, with this node's current key instead of its published one. */
  private KeyDirectory directory(long of, EpochKey key) {
    return derivations.directory(
        Stream.concat(published(of).stream().filter(each -> !isMine(each)), Stream.of(ownKey(key)))
            .toList());
  }

  /**
   * Peers that this node can send to in an epoch. Their VTEP must be of the same address family.
   */
  private List<Pair> pairs(long of, EpochKey key) {
    return pairs.computeIfAbsent(key.pair().publicKey(), _ -> findPairs(of, key));
  }

  private List<Pair> findPairs(long of, EpochKey key) {
    Map<String, PublishedKey> usable = directory(of, key).usable();
    PublishedKey own = usable.get(now.self().node());
    if (own == null) {
      return List.of();
    }
    return usable.values().stream()
        .filter(each -> !isMine(each) && isReachable(each))
        .map(peer ->
            new Pair(
                peer,
                derivations.link(of, key.pair(), own, peer).at(now.self()),
                derivations.link(of, key.pair(), peer, own).at(now.self())))
        .toList();
  }

  private boolean isReachable(PublishedKey peer) {
    return IpPrefix.parseAddress(peer.vtep()).getAddress().length
        == now.self().vtep().getAddress().length;
  }
}
