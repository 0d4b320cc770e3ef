package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Distinguishes repairs of drift from changes that a new desired state needs. Pure. */
public final class Repairs {
  private Repairs() {}

  /**
   * Returns the differences from what the last pass left, a line each, by network UID.
   *
   * @param changes the planned changes
   */
  public static Map<String, List<String>> of(
      LastApplied left, List<Change> changes, State desired, State observed) {
    Map<String, List<String>> repairs = new HashMap<>();
    for (Change change : changes) {
      if (isRepair(left, change, desired)) {
        add(repairs, change.uid(), change.toString());
      }
    }
    // a lost state returns with other keys, and so as another item
    for (Item item : left.items()) {
      if (item instanceof IpsecItem.SecurityState && observed.get(item.key()).isEmpty()) {
        add(repairs, item.owner().uid(), "make new keys, as the state was removed: " + item);
      }
    }
    return repairs;
  }

  private static boolean isRepair(LastApplied left, Change change, State desired) {
    return switch (change) {
      case Change.Create(Item item) -> left.get(item.key()).equals(Optional.of(item));
      case Change.Alter(_, Item item, _) -> left.get(item.key()).equals(Optional.of(item));
      case Change.Remove(Item item, _) ->
          left.get(item.key()).isEmpty() || left.get(item.key()).equals(desired.get(item.key()));
    };
  }

  private static void add(Map<String, List<String>> repairs, String uid, String line) {
    repairs.computeIfAbsent(uid, _ -> new ArrayList<>()).add(line);
  }
}
