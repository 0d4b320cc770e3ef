package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What sandboxes lost or gained since the last reconcile of their endpoints. The next one plans
 * against the sandbox as it is now, so without this it could not tell repairs from its own changes.
 */
public final class SandboxLosses {
  /** Lost items by their key; empty for an item that the last reconcile did not leave. */
  private final Map<Item.Key, Optional<Item>> noted = new HashMap<>();

  void lost(Item item) {
    noted.putIfAbsent(item.key(), Optional.of(item));
  }

  void gained(Item item) {
    noted.putIfAbsent(item.key(), Optional.empty());
  }

  /** Returns the changes that undo these, a line each, by network UID, and forgets them. */
  public Map<String, List<String>> repairs(List<Change> changes) {
    Map<String, List<String>> repairs = new HashMap<>();
    for (Change change : changes) {
      Optional<Item> before = noted.getOrDefault(change.item().key(), Optional.of(change.item()));
      boolean undone =
          noted.containsKey(change.item().key())
              && before.map(item -> item.equals(change.item())).orElse(true);
      if (undone) {
        noted.remove(change.item().key());
        repairs.computeIfAbsent(change.uid(), _ -> new ArrayList<>()).add(change.toString());
      }
    }
    return repairs;
  }

  /** Forgets everything, because a reconcile has read all sandboxes. */
  public void clear() {
    noted.clear();
  }
}
