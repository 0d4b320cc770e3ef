package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies patches to objects: JSON merge patch (RFC 7396), and server-side apply by the rules of
 * KEP-555 with two simplifications. A field belongs to its last applier (every apply is forced),
 * and only the lists in {@link #LIST_KEYS} are merged by key.
 */
final class Patches {
  /** Field name of a list of objects to the member that identifies an element. */
  private static final Map<String, String> LIST_KEYS =
      Map.of("conditions", "type", "ownerReferences", "uid", "containers", "name");

  /** Field names of scalar lists with set semantics. */
  private static final Set<String> SETS = Set.of("finalizers");

  private Patches() {}

  /** Applies a JSON merge patch to {@code target}: null removes, objects merge. */
  static void merge(ObjectNode target, JsonNode patch) {
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(field.getKey());
      } else if (value.isObject()) {
        ObjectNode child =
            target.get(field.getKey()) instanceof ObjectNode object
                ? object
                : target.putObject(field.getKey());
        merge(child, value);
      } else {
        target.set(field.getKey(), value.deepCopy());
      }
    }
  }

  /**
   * Applies one manager's fields to {@code target}. Fields that the manager applied before, no
   * longer applies and no other manager applies are removed.
   */
  static void apply(
      ObjectNode target,
      ObjectNode applied,
      @Nullable ObjectNode before,
      Collection<ObjectNode> others) {
    if (before != null) {
      removeAbandoned(target, before, applied, others);
    }
    set(target, applied);
  }

  private static void removeAbandoned(
      ObjectNode target, JsonNode before, @Nullable JsonNode now, Collection<ObjectNode> others) {
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      String name = field.getKey();
      JsonNode current = target.get(name);
      if (current == null) {
        continue;
      }
      JsonNode next = now == null ? null : now.get(name);
      List<ObjectNode> sharing = others.stream().filter(other -> other.has(name)).toList();
      if (current instanceof ObjectNode object && field.getValue().isObject()) {
        removeAbandoned(object, field.getValue(), next, children(sharing, name));
        if (next == null && object.isEmpty() && sharing.isEmpty()) {
          target.remove(name);
        }
      } else if (current instanceof ArrayNode list && isMerged(name)) {
        removeAbandonedElements(name, list, field.getValue(), next, sharing);
        if (next == null && list.isEmpty()) {
          target.remove(name);
        }
      } else if (next == null && sharing.isEmpty()) {
        target.remove(name);
      }
    }
  }

  private static void removeAbandonedElements(
      String name,
      ArrayNode list,
      JsonNode before,
      @Nullable JsonNode now,
      List<ObjectNode> others) {
    for (JsonNode element : before) {
      JsonNode key = key(name, element);
      boolean kept =
          (now != null && find(name, now, key) >= 0)
              || others.stream().anyMatch(other -> find(name, other.get(name), key) >= 0);
      int index = find(name, list, key);
      if (!kept && index >= 0) {
        list.remove(index);
      }
    }
  }

  private static void set(ObjectNode target, JsonNode applied) {
    for (Map.Entry<String, JsonNode> field : applied.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      JsonNode current = target.get(name);
      if (value.isObject()) {
        set(current instanceof ObjectNode object ? object : target.putObject(name), value);
      } else if (value.isArray() && isMerged(name)) {
        ArrayNode list = current instanceof ArrayNode array ? array : target.putArray(name);
        for (JsonNode element : value) {
          int index = find(name, list, key(name, element));
          if (index < 0) {
            list.add(element.deepCopy());
          } else if (list.get(index) instanceof ObjectNode object) {
            set(object, element);
          }
        }
      } else {
        target.set(name, value.deepCopy());
      }
    }
  }

  private static boolean isMerged(String list) {
    return LIST_KEYS.containsKey(list) || SETS.contains(list);
  }

  private static JsonNode key(String list, JsonNode element) {
    String key = LIST_KEYS.get(list);
    return key == null ? element : element.path(key);
  }

  private static int find(String name, JsonNode list, JsonNode key) {
    for (int i = 0; i < list.size(); i++) {
      if (key(name, list.get(i)).equals(key)) {
        return i;
      }
    }
    return -1;
  }

  private static List<ObjectNode> children(List<ObjectNode> parents, String name) {
    return parents.stream()
        .map(parent -> parent.get(name))
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }
}
