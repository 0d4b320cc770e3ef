package dev.weft.e2e.chaos;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Simultaneous faults, and pods that start and end meanwhile.
 *
 * @param number from 1
 */
record Step(int number, List<ChaosFault> faults, List<Guest> guests) {

  /** A pod that starts after the faults and is removed once it runs. */
  record Guest(String name, String node, String networks) {}

  Step {
    faults = List.copyOf(faults);
    guests = List.copyOf(guests);
  }

  /** Nodes with traffic that the step may interrupt. */
  Set<String> interrupted() {
    return faults.stream()
        .map(ChaosFault::interrupts)
        .filter(node -> !node.isEmpty())
        .collect(Collectors.toSet());
  }

  Duration lasts() {
    return faults.stream()
        .map(ChaosFault::lasts)
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  String text() {
    String what = faults.stream().map(ChaosFault::text).collect(Collectors.joining(", "));
    return guests.isEmpty()
        ? what
        : what
            + "; "
            + guests.stream()
                .map(guest -> "pod on " + guest.node() + " (" + guest.networks() + ")")
                .collect(Collectors.joining(", "));
  }
}
