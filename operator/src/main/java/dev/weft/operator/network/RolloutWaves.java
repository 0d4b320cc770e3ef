package dev.weft.operator.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which nodes get a change now and which later. A function of what is stored alone, so it goes on
 * from wherever it was left; and of what is seen late it makes the same choice again, because it
 * takes nodes in the order of their names.
 *
 * @param now nodes that get it now
 * @param later nodes whose turn has not come
 * @param atOnce how many nodes may be unavailable at a time
 * @param unavailable nodes that are, before any node gets it
 */
record RolloutWaves(List<String> now, List<String> later, int atOnce, List<String> unavailable) {

  /** How a node stands to the change, and to the revision that it has. */
  enum Standing {
    /** It has the change, and is live. */
    DONE,
    /** It has the change, and is not live yet or fails. */
    UNDER_WAY,
    /** It does not have it, and is live with what it has. */
    WAITING,
    /** It does not have it, and fails with what it has, so there is nothing to lose. */
    FAILING,
    /** It does not have it, and does not answer: nobody knows what it would make of it. */
    DOWN,
    /** The change takes nothing out of service: it has nothing yet, or nothing changes for it. */
    AT_ONCE
  }

  /** A node and its standing. */
  record Place(String node, Standing standing) {}

  RolloutWaves {
    now = List.copyOf(now);
    later = List.copyOf(later);
    unavailable = List.copyOf(unavailable);
  }

  /** What a change needs next. */
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

  /** Whether the change goes no further before a node recovers. */
  boolean isBlocked() {
    return now.isEmpty() && !later.isEmpty() && unavailable.size() >= atOnce;
  }

  boolean isOver() {
    return later.isEmpty();
  }
}
