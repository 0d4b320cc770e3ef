package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ready tasks of a service in consecutively numbered slots. The last task fills the slot of a
 * removed one, so a change moves at most one other task. Not thread-safe.
 */
final class Slots {
  private final List<IpAddress> places = new ArrayList<>();
  private final Map<IpAddress, Integer> where = new HashMap<>();
  private final Map<IpAddress, Integer> uses = new HashMap<>();
  private final Map<Integer, IpAddress> touched = new TreeMap<>();
  private int written;

  /** Adds a reference to a task: it may be in two slices for a moment. */
  void add(IpAddress task) {
    if (uses.merge(task, 1, Integer::sum) == 1) {
      where.put(task, places.size());
      places.add(task);
    }
  }

  /** Removes a reference to a task. */
  void remove(IpAddress task) {
    if (uses.computeIfPresent(task, (_, count) -> count == 1 ? null : count - 1) != null) {
      return;
    }
    Integer place = where.remove(task);
    if (place != null) {
      note(places.size() - 1);
      IpAddress last = places.removeLast();
      if (place < places.size()) {
        note(place);
        places.set(place, last);
        where.put(last, place);
      }
    }
  }

  private void note(int place) {
    if (place < written) {
      touched.putIfAbsent(place, places.get(place));
    }
  }

  /** Changes since the last call. */
  BackendSlots take() {
    Map<Integer, IpAddress> gone = new HashMap<>();
    Map<Integer, IpAddress> come = new HashMap<>();
    touched.forEach((place, was) -> {
      if (place >= places.size()) {
        gone.put(place, was);
      } else if (!places.get(place).equals(was)) {
        gone.put(place, was);
        come.put(place, places.get(place));
      }
    });
    for (int place = written; place < places.size(); place++) {
      come.put(place, places.get(place));
    }
    BackendSlots taken = new BackendSlots(written, places.size(), gone, come);
    written = places.size();
    touched.clear();
    return taken;
  }

  List<IpAddress> all() {
    return List.copyOf(places);
  }

  boolean contains(IpAddress task) {
    return where.containsKey(task);
  }
}
