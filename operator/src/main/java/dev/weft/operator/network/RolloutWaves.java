package dev.weft.operator.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Selects the nodes that get a change now and later. The selection depends only on stored objects,
 * so an interrupted rollout resumes. Nodes are taken in order of their names, so a stale cache
 * yields the same selection.
 *
 * @param now nodes that get the change now
 * @param later nodes that wait for their turn
 * @param atOnce number of nodes that may be unavailable at a time
 * @param unavailable nodes that are unavailable before any node gets the change
 */
record RolloutWaves(List<String> now, List<String> later, int atOnce, List<String> unavailable) {

  /** State of a node in the rollout. */
  enum Standing {
    /** The node has the change and is ready. */
    DONE,
    /** The node has the change, but is not ready yet or fails. */
    UNDER_WAY,
    /** The node lacks the change and is ready with its revision. */
    WAITING,
    /** The node lacks the change and fails with its revision, so the change risks nothing. */
    FAILING,
    /** The node lacks the change and is down, so the effect of the change is unknown. */
    DOWN,
    /** The change interrupts nothing: the node has no network yet, or nothing changes for it. */
    AT_ONCE
  }

  /** A node and its standing. */
  record Place(String node, Standing standing) {}

  RolloutWaves {
    now = List.copyOf(now);
    later = List.copyOf(later);
    unavailable = List.copyOf(unavailable);
  }

  /** Selects the next wave of a change. */
  static RolloutWaves of(List<Place> places, int atOnce) {
    List<String> unavailable =
        places.stream()
            .filter(each ->
                switch (each.standing) {
                  case UNDER_WAY, FAILING, DOWN -> true;
                  case DONE, WAITING, AT_ONCE -> false;
                })
            .map(Place::node)
            .sorted()
            .toList();
    int room = atOnce - unavailable.size();
    List<String> now = new ArrayList<>();
    List<String> later = new ArrayList<>();
    for (Place each : places.stream().sorted(Comparator.comparing(Place::node)).toList()) {
      switch (each.standing) {
        case AT_ONCE, FAILING -> now.add(each.node);
        case WAITING -> (room-- > 0 ? now : later).add(each.node);
        case DOWN -> later.add(each.node);
        case DONE, UNDER_WAY -> {}
      }
    }
    return new RolloutWaves(now, later, atOnce, unavailable);
  }

  /** Whether the change waits until a node recovers. */
  boolean isBlocked() {
    return now.isEmpty() && !later.isEmpty() && unavailable.size() >= atOnce;
  }

  boolean isOver() {
    return later.isEmpty();
  }
}
