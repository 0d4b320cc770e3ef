package dev.weft.agent.dataplane.ipsec;

import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.mesh.keys.Association;
import dev.weft.mesh.keys.Derivations;
import dev.weft.mesh.keys.KeyDecision;
import dev.weft.mesh.keys.KeyInputs;
import dev.weft.mesh.keys.KeyReport;
import dev.weft.mesh.keys.KeyRing;
import dev.weft.mesh.keys.NodeKeyPair;
import dev.weft.netlink.xfrm.XfrmStateId;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's keys across reconciles. Not thread-safe. */
public final class NodeKeys {
  private static final Logger LOG = LoggerFactory.getLogger(NodeKeys.class);

  /** How long the node waits for peers that still send with an expiring key. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Optional<KeyFile> file;
  private final SecureRandom random = new SecureRandom();
  private final Derivations derivations = new Derivations();
  private @Nullable KeyRing stored;
  private @Nullable Instant lingeringSince;
  private Optional<KeyReport> report = Optional.empty();
  private NavigableMap<String, String> refused = new TreeMap<>();

  /**
   * Opens the keys in a file.
   *
   * @param file without one the node cannot encrypt
   */
  public NodeKeys(Optional<KeyFile> file) {
    this.file = file;
  }

  /**
   * The desired IPsec tables.
   *
   * @param items the desired states, policies and ports
   * @param decision empty: keys stay unchanged
   */
  public record Draft(List<Item> items, Optional<KeyDecision> decision) {
    public Map<XfrmStateId, Association> secrets() {
      return decision.map(KeyDecision::make).orElse(Map.of());
    }
  }

  /** Why this node cannot encrypt; empty if it can. */
  public Optional<Problem> hindrance(NodeSpec nodeSpec) {
    boolean ipv6 = nodeSpec.vtep().filter(vtep -> vtep instanceof Inet6Address).isPresent();
    List<String> lacking =
        dev.weft.api.Kernel.lacksForEncryption(
            nodeSpec.keys().map(KeySpec::features).orElse(null),
            ipv6,
            nodeSpec.keys().flatMap(keys -> keys.target().udpPort()).isPresent());
    if (!lacking.isEmpty()) {
      return Optional.of(
          Problem.user(
              "spec.overlay.encrypted",
              "the node's kernel lacks %s, and encrypted networks never send in clear"
                  .formatted(String.join(", ", lacking)),
              "load or install what is missing and restart the node's agent, or let the network's"
                  + " nodeSelector leave the node out"));
    }
    return file.map(KeyFile::unfit)
        .orElseGet(() ->
            Optional.of(
                Problem.user(
                    "the agent's --keys",
                    "no file for the node's keys is named",
                    "name one on tmpfs")));
  }

  /**
   * Plans the IPsec tables without changing anything.
   *
   * @param ports of the encrypted networks that the node carries
   */
  public Draft draft(NodeSpec nodeSpec, Set<Integer> ports, IpsecTables ipsec) {
    List<Item> items = new ArrayList<>();
    ports.forEach(port -> items.addAll(PortPolicies.ofPort(port)));
    if (nodeSpec.keys().isEmpty()) {
      return new Draft(items, Optional.empty());
    }
    KeySpec keys = nodeSpec.keys().get();
    if (nodeSpec.vtep().isEmpty() || hindrance(nodeSpec).isPresent()) {
      // keep what the node could not recreate now
      Map<Item.Key, Item> held = new LinkedHashMap<>(State.of(ipsec.items()).items());
      items.forEach(item -> held.put(item.key(), item));
      return new Draft(List.copyOf(held.values()), Optional.empty());
    }
    InetAddress vtep = nodeSpec.vtep().get();
    KeyDecision decision =
        KeyDecision.of(
            ring(),
            new KeyInputs(
                new KeyInputs.Self(nodeSpec.node(), keys.publicAddress().orElse(vtep), vtep),
                keys.target(),
                keys.published(),
                ipsec.forKeys(keys.volume(), isPatient(), Instant.now())),
            derivations,
            () -> NodeKeyPair.fresh(random));
    decision.ring().udpPorts().forEach(port -> items.add(new IpsecItem.EspPort(vtep, port)));
    decision.states().forEach((id, source) -> items.add(new IpsecItem.SecurityState(id, source)));
    ports.forEach(port -> items.addAll(PortPolicies.toPeers(port, vtep, decision.outbound())));
    return new Draft(items, Optional.of(decision));
  }

  private boolean isPatient() {
    Instant since = lingeringSince;
    return since == null || Instant.now().isBefore(since.plus(PATIENCE));
  }

  private KeyRing ring() {
    KeyRing ring = stored;
    if (ring == null) {
      ring = file.map(KeyFile::load).orElse(KeyRing.EMPTY);
      stored = ring;
    }
    return ring;
  }

  /**
   * Stores the keys of a draft before any of its items is created.
   *
   * @throws UncheckedIOException if they cannot be stored; then no item may be created
   */
  public void store(NodeSpec nodeSpec, Draft draft) {
    Optional<KeyRing> next =
        nodeSpec.keys().isEmpty()
            ? Optional.of(KeyRing.EMPTY)
            : draft.decision().map(KeyDecision::ring);
    if (next.isPresent() && !next.get().equals(ring())) {
      file.ifPresent(it -> it.store(next.get()));
      stored = next.get();
    }
  }

  /**
   * Records the outcome of a draft.
   *
   * @param complete whether all changes succeeded
   */
  public void made(NodeSpec nodeSpec, Draft draft, boolean complete) {
    draft.secrets().values().forEach(each -> each.key().destroy());
    boolean lingering = draft.decision().filter(KeyDecision::lingering).isPresent();
    if (!lingering) {
      lingeringSince = null;
    } else if (lingeringSince == null) {
      lingeringSince = Instant.now();
    }
    if (nodeSpec.keys().isEmpty()) {
      report = Optional.empty();
    } else if (complete) {
      report = draft.decision().map(KeyDecision::report).or(() -> report);
    }
    draft
        .decision()
        .map(KeyDecision::refused)
        .filter(each -> !each.equals(refused))
        .ifPresent(each -> {
          refused = each;
          each.forEach((node, why) ->
              LOG.atWarn()
                  .addKeyValue("node", node)
                  .log("the agent exchanges no encrypted packets with the node: {}", why));
        });
  }

  /** Returns what a pass reports about the keys. */
  public ReconcileOutcome.Keys outcome() {
    return new ReconcileOutcome.Keys(report, lingeringSince != null);
  }
}
