package dev.weft.e2e.machine;

import dev.weft.mesh.keys.KeyDirectory;
import dev.weft.mesh.keys.KeyReport;
import dev.weft.mesh.keys.KeyTarget;
import dev.weft.mesh.keys.KeyTarget.Step;
import dev.weft.mesh.keys.PublishedKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Simulates the API's data about the mesh's keys, and the operator: it advances a phase once every
 * present node has acknowledged.
 */
final class PaperMesh {
  private final Map<String, AgentNode> nodes = new TreeMap<>();
  private final Map<String, KeyReport> reports = new HashMap<>();
  private final Set<String> away = new HashSet<>();
  private final Map<String, Optional<Integer>> slow = new HashMap<>();
  private KeyTarget target = KeyTarget.first(Optional.empty());
  private Step stop = Step.RETIRE;

  synchronized void join(AgentNode node) {
    nodes.put(node.name(), node);
  }

  synchronized void isAway(AgentNode node, boolean gone) {
    if (gone) {
      away.add(node.name());
    } else {
      away.remove(node.name());
    }
    advance();
  }

  synchronized KeyTarget target() {
    return target;
  }

  /** The target as a node sees it. */
  synchronized KeyTarget target(AgentNode node) {
    return new KeyTarget(
        target.epoch(), target.step(), slow.getOrDefault(node.name(), target.udpPort()));
  }

  /** Makes a node miss a change of the encapsulation, or see it. */
  synchronized void isSlow(AgentNode node, boolean behind) {
    if (behind) {
      slow.put(node.name(), target.udpPort());
    } else {
      slow.remove(node.name());
    }
    tellAll();
  }

  synchronized Map<Long, List<PublishedKey>> published() {
    Map<Long, List<PublishedKey>> published = new HashMap<>();
    reports.forEach((name, report) ->
        report
            .keys()
            .forEach(key ->
                published
                    .computeIfAbsent(key.epoch(), _ -> new ArrayList<>())
                    .add(
                        new PublishedKey(
                            name, vtep(name), key.generation(), key.publicKey(), key.udpPort()))));
    return published;
  }

  private String vtep(String name) {
    AgentNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalStateException("no node " + name);
    }
    return node.vtep().getHostAddress();
  }

  synchronized void publish(String name, KeyReport report) {
    if (!report.equals(reports.put(name, report))) {
      tellAll();
      advance();
    }
  }

  /** The epoch whose keys have reached their byte limit, as a node reports. */
  synchronized Optional<Long> exhausted(AgentNode node) {
    return Optional.ofNullable(reports.get(node.name())).flatMap(KeyReport::exhausted);
  }

  /** Begins the next epoch. */
  synchronized long rotate() {
    to(new KeyTarget(target.epoch() + 1, Step.PREPARE, target.udpPort()));
    return target.epoch();
  }

  /** Sets whether new keys are used inside UDP. */
  synchronized void travelBy(Optional<Integer> udpPort) {
    target = new KeyTarget(target.epoch(), target.step(), udpPort);
    tellAll();
  }

  /** Whether all present nodes have keys of this epoch only. */
  synchronized boolean rests(long epoch) {
    return target.epoch() == epoch && target.step() == Step.RETIRE && allAcknowledge();
  }

  /** Stops the mesh at a phase, even if it is acknowledged. */
  synchronized void stopAt(Step step) {
    stop = step;
    advance();
  }

  private void advance() {
    if (target.step().compareTo(stop) < 0 && allAcknowledge()) {
      to(
          new KeyTarget(
              target.epoch(),
              target.step() == Step.PREPARE ? Step.ACTIVATE : Step.RETIRE,
              target.udpPort()));
    }
  }

  synchronized boolean allAcknowledge() {
    String digest = KeyDirectory.of(published().getOrDefault(target.epoch(), List.of())).digest();
    return nodes.keySet().stream()
        .filter(name -> !away.contains(name))
        .allMatch(name -> acknowledges(reports.get(name), digest));
  }

  private boolean acknowledges(@Nullable KeyReport report, String digest) {
    return report != null
        && switch (target.step()) {
          case PREPARE -> report.prepared() == target.epoch() && report.peers().equals(digest);
          case ACTIVATE -> report.active() == target.epoch();
          case RETIRE ->
              report.keys().size() == 1 && report.keys().getFirst().epoch() == target.epoch();
        };
  }

  private void to(KeyTarget next) {
    target = next;
    tellAll();
    advance();
  }

  private void tellAll() {
    nodes.values().forEach(AgentNode::lookAtKeys);
  }
}
