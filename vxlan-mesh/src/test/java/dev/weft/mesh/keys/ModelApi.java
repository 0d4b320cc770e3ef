package dev.weft.mesh.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A simulated API and operator. */
final class ModelApi {
  private final Map<String, KeyReport> reports = new TreeMap<>();
  private final Map<String, String> vteps = new HashMap<>();
  private final Set<String> made = new HashSet<>();
  private KeyTarget target = KeyTarget.first(Optional.empty());

  /** A snapshot of its content. */
  record View(Map<String, KeyReport> reports, KeyTarget target) {}

  View view() {
    return new View(Map.copyOf(reports), target);
  }

  KeyTarget target() {
    return target;
  }

  void know(ModelNode node) {
    vteps.put(node.name(), node.vtep().getHostAddress());
  }

  void publish(String node, KeyReport report) {
    reports.put(node, report);
  }

  Map<Long, List<PublishedKey>> published(View view) {
    Map<Long, List<PublishedKey>> published = new HashMap<>();
    view.reports()
        .forEach((node, report) ->
            report
                .keys()
                .forEach(key ->
                    published
                        .computeIfAbsent(key.epoch(), _ -> new ArrayList<>())
                        .add(
                            new PublishedKey(
                                node,
                                vteps.get(node),
                                key.generation(),
                                key.publicKey(),
                                key.udpPort()))));
    return published;
  }

  /** Records a new association; fails if it was created before. */
  void noteMade(String association) {
    assertThat(made.add(association)).as(association).isTrue();
  }

  int made() {
    return made.size();
  }

  void rotate() {
    if (target.step() == KeyTarget.Step.RETIRE) {
      target = new KeyTarget(target.epoch() + 1, KeyTarget.Step.PREPARE, target.udpPort());
    }
  }

  /** The user changes the encapsulation. */
  void encapsulate(Optional<Integer> udpPort) {
    target = new KeyTarget(target.epoch(), target.step(), udpPort);
  }

  /**
   * Advances the phase once every live node has acknowledged. At rest, starts a rotation that the
   * user requested.
   */
  void advance(Collection<ModelNode> nodes) {
    if (rests(nodes) && nodes.stream().anyMatch(this::isOtherwise)) {
      rotate();
    } else if (target.step() != KeyTarget.Step.RETIRE && areAllDone(nodes)) {
      target =
          new KeyTarget(
              target.epoch(),
              target.step() == KeyTarget.Step.PREPARE
                  ? KeyTarget.Step.ACTIVATE
                  : KeyTarget.Step.RETIRE,
              target.udpPort());
    }
  }

  /** Whether a live node has another encapsulation than the user requested. */
  private boolean isOtherwise(ModelNode node) {
    return node.isLive()
        && !reports.get(node.name()).keys().getLast().udpPort().equals(target.udpPort());
  }

  boolean rests(Collection<ModelNode> nodes) {
    return target.step() == KeyTarget.Step.RETIRE && areAllDone(nodes);
  }

  private boolean areAllDone(Collection<ModelNode> nodes) {
    String digest =
        KeyDirectory.of(published(view()).getOrDefault(target.epoch(), List.of())).digest();
    return nodes.stream().filter(ModelNode::isLive).allMatch(node -> isDone(node, digest));
  }

  private boolean isDone(ModelNode node, String digest) {
    KeyReport report = reports.get(node.name());
    if (report == null) {
      return false;
    }
    List<Long> epochs = report.keys().stream().map(KeyReport.OwnKey::epoch).toList();
    return switch (target.step()) {
      case PREPARE ->
          report.prepared() == target.epoch()
              && epochs.contains(target.epoch())
              && report.peers().equals(digest);
      case ACTIVATE -> report.active() == target.epoch() && epochs.contains(target.epoch());
      case RETIRE -> epochs.equals(List.of(target.epoch()));
    };
  }
}
