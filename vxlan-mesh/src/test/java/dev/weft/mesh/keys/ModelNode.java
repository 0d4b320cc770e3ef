package dev.weft.mesh.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A simulated node: an agent that works in single steps and may be killed after each, a kernel, and
 * a key file.
 */
final class ModelNode {
  private final ModelApi api;
  private final String name;
  private final InetAddress vtep;
  private final InetAddress local;
  private final Derivations derivations = new Derivations();
  private final Deque<Runnable> steps = new ArrayDeque<>();
  private final Map<XfrmStateId, String> kernel = new LinkedHashMap<>();
  private final Map<XfrmStateId, InetAddress> sources = new HashMap<>();
  private final Map<XfrmStateId, Optional<Integer>> udpPorts = new HashMap<>();
  private final Set<Integer> listening = new HashSet<>();
  private final Map<InetAddress, Long> policies = new HashMap<>();
  private ModelApi.View view;
  private KeyRing file = KeyRing.EMPTY;
  private Optional<KeyReport> unpublished = Optional.empty();
  private Set<XfrmStateId> busy = Set.of();
  private boolean alive = true;
  private boolean cutOff;

  ModelNode(ModelApi api, int number) {
    this.api = api;
    name = "n" + number;
    vtep = InetAddress.ofLiteral("192.0.2." + number);
    // the second node is behind a NAT
    local = number == 2 ? InetAddress.ofLiteral("10.0.0.2") : vtep;
    view = api.view();
  }

  String name() {
    return name;
  }

  InetAddress vtep() {
    return vtep;
  }

  boolean isLive() {
    return alive && !cutOff;
  }

  /** Whether all steps of the last decision are done. */
  boolean isIdle() {
    return steps.isEmpty() && unpublished.isEmpty();
  }

  /** Makes the next step of the last decision, or else a new decision. */
  void step() {
    if (!alive) {
      return;
    }
    if (!steps.isEmpty()) {
      steps.remove().run();
    } else if (unpublished.isPresent() && !cutOff) {
      api.publish(name, unpublished.get());
      unpublished = Optional.empty();
    } else {
      decide();
    }
  }

  /** Reads the content of the API. */
  void hear() {
    if (isLive()) {
      view = api.view();
    }
  }

  /** Reads an older state of the mesh than before. */
  void hearAgain(KeyTarget older) {
    view = new ModelApi.View(view.reports(), older);
  }

  private void decide() {
    KeyDecision decision =
        KeyDecision.of(
            file,
            new KeyInputs(
                new KeyInputs.Self(name, vtep, local),
                view.target(),
                api.published(view),
                new KeyInputs.InKernel(sources, Set.of(), busy, Set.of())),
            derivations,
            () -> NodeKeyPair.fresh(new SecureRandom()));
    if (!decision.ring().equals(file)) {
      steps.add(() -> file = KeyRing.parse(decision.ring().toSecretText()));
    }
    steps.add(() -> listening.addAll(decision.ring().udpPorts()));
    decision.make().forEach((id, association) -> steps.add(() -> make(id, association)));
    decision
        .outbound()
        .forEach((peer, spi) -> {
          if (!spi.equals(policies.get(peer))) {
            steps.add(() -> policies.put(peer, spi));
          }
        });
    for (InetAddress peer : Set.copyOf(policies.keySet())) {
      if (!decision.outbound().containsKey(peer)) {
        steps.add(() -> policies.remove(peer));
      }
    }
    for (XfrmStateId id : Set.copyOf(kernel.keySet())) {
      if (!decision.states().containsKey(id)) {
        steps.add(() -> remove(id));
      }
    }
    steps.add(() -> listening.retainAll(decision.ring().udpPorts()));
    steps.add(() -> {
      boolean told = decision.report().equals(view.reports().get(name));
      unpublished = told ? Optional.empty() : Optional.of(decision.report());
    });
  }

  private void make(XfrmStateId id, Association association) {
    boolean sends = association.source().equals(local);
    api.noteMade((sends ? "sends by " : "receives by ") + association.id());
    assertThat(kernel).doesNotContainKey(id);
    kernel.put(id, association.id());
    sources.put(id, association.source());
    udpPorts.put(id, association.udpPort());
  }

  private void remove(XfrmStateId id) {
    kernel.remove(id);
    sources.remove(id);
  }

  /** Kills the agent at any step. */
  void kill() {
    alive = false;
    listening.clear();
    steps.clear();
    unpublished = Optional.empty();
  }

  /** Starts an agent, which reads the cluster before it acts. */
  void start() {
    if (!cutOff) {
      alive = true;
      view = api.view();
    }
  }

  /** Reboots the node: its kernel state and tmpfs are empty. */
  void reboot() {
    kill();
    flushStates();
    policies.clear();
    file = KeyRing.EMPTY;
  }

  void loseFile() {
    kill();
    file = KeyRing.EMPTY;
  }

  void flushStates() {
    kernel.clear();
    sources.clear();
  }

  void flushPolicies() {
    policies.clear();
  }

  void loseState(int which) {
    if (!kernel.isEmpty()) {
      List<XfrmStateId> ids = List.copyOf(kernel.keySet());
      remove(ids.get(which % ids.size()));
    }
  }

  void cutOff(boolean now) {
    cutOff = now;
  }

  void busy(boolean now) {
    busy = now ? new HashSet<>(kernel.keySet()) : Set.of();
  }

  /** Whether a peer accepts what the node sends to it; empty if it sends nothing. */
  Optional<Boolean> reaches(ModelNode peer) {
    Long spi = policies.get(peer.vtep);
    if (spi == null) {
      return Optional.empty();
    }
    String here = kernel.get(XfrmStateId.esp(peer.vtep, spi));
    XfrmStateId there = XfrmStateId.esp(peer.local, spi);
    return Optional.of(
        here != null
            && here.equals(peer.kernel.get(there))
            && vtep.equals(peer.sources.get(there))
            && peer.listens(there));
  }

  private boolean listens(XfrmStateId id) {
    return udpPorts.getOrDefault(id, Optional.empty()).map(listening::contains).orElse(true);
  }

  /** Whether it accepts packets only at this port, or only as plain ESP. */
  boolean takesAt(Optional<Integer> port) {
    return file.keys().values().stream().allMatch(key -> key.udpPort().equals(port));
  }

  /** Whether all of its keys belong to this epoch. */
  void assertOnly(long epoch) {
    assertThat(file.keys().keySet()).containsExactly(epoch);
    EpochKey key = file.keys().get(epoch);
    Set<String> notes = new HashSet<>(key.used());
    notes.addAll(key.received());
    assertThat(notes).containsAll(kernel.values());
  }
}
