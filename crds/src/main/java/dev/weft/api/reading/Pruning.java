package dev.weft.api.reading;

import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Removes unreadable parts from an object, one by one. */
final class Pruning {
  /** Maximum number of parts removed one by one; after that, only the object's identity is kept. */
  private static final int MOST = 16;

  /** Metadata fields that are kept if the rest of the metadata cannot be read. */
  private static final Set<String> IDENTITY =
      Set.of("name", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp");

  private static final int LONGEST_QUOTE = 80;

  private final ObjectNode root;
  private final boolean ours;
  private final List<Fault> faults;
  private final IdentityHashMap<ArrayNode, List<Integer>> numbers = new IdentityHashMap<>();

  /** A part of the tree: the node that holds it, the last step to it, and its path. */
  private record Part(JsonNode holder, JsonMappingException.Reference last, String path) {}

  /**
   * Creates the pruning of an object that could not be read.
   *
   * @param ours whether the object is of a kind of Weft, which keeps a spec even if nothing of it
   *     is read
   */
  Pruning(ObjectNode root, List<Fault> faults, boolean ours) {
    this.root = root;
    this.ours = ours;
    this.faults = new ArrayList<>(faults);
  }

  List<Fault> faults() {
    return List.copyOf(faults);
  }

  /** Removes the part that {@code failure} is about; false if nothing is left to remove. */
  boolean takeOut(Exception failure) {
    Part part = find(failure);
    if (faults.size() >= MOST || part == null) {
      return reduce();
    }
    JsonNode removed = remove(part);
    faults.add(fault(part.path, removed, failure));
    return true;
  }

  private @Nullable Part find(Exception failure) {
    JsonNode node = root;
    StringBuilder path = new StringBuilder();
    Part found = null;
    for (JsonMappingException.Reference each : path(failure)) {
      JsonNode next = child(node, each);
      if (next == null) {
        break;
      }
      if (each.getFieldName() == null) {
        path.append('[').append(number(node, each.getIndex())).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(each.getFieldName());
      }
      found = new Part(node, each, path.toString());
      node = next;
    }
    return found;
  }

  private static List<JsonMappingException.Reference> path(Exception failure) {
    return failure instanceof JsonMappingException mapping ? mapping.getPath() : List.of();
  }

  private static @Nullable JsonNode child(JsonNode node, JsonMappingException.Reference step) {
    return step.getFieldName() == null ? node.get(step.getIndex()) : node.get(step.getFieldName());
  }

  private JsonNode remove(Part part) {
    if (part.holder instanceof ArrayNode array) {
      int index = part.last.getIndex();
      numbers(array).subList(index, index + 1).clear();
      return array.remove(index);
    }
    ObjectNode holder = (ObjectNode) part.holder;
    JsonNode removed = holder.remove(part.last.getFieldName());
    if (ours && part.path.equals("spec")) {
      root.putObject("spec");
    }
    return removed;
  }

  /** Index of an element in the stored list, before earlier elements were removed. */
  private int number(JsonNode list, int index) {
    return list instanceof ArrayNode array ? numbers(array).get(index) : index;
  }

  private List<Integer> numbers(ArrayNode array) {
    return numbers.computeIfAbsent(
        array,
        each ->
            IntStream.range(0, each.size())
                .boxed()
                .collect(ArrayList::new, List::add, List::addAll));
  }

  /** Removes everything but the object's identity; false if nothing else was left. */
  private boolean reduce() {
    List<String> rest = new ArrayList<>();
    root.fieldNames().forEachRemaining(rest::add);
    rest.removeAll(Set.of("apiVersion", "kind", "metadata"));
    boolean reduced =
        !rest.isEmpty() && !(rest.equals(List.of("spec")) && root.path("spec").isEmpty());
    root.remove(rest);
    if (ours) {
      root.putObject("spec");
    }
    if (!reduced && root.get("metadata") instanceof ObjectNode metadata) {
      int before = metadata.size();
      metadata.retain(IDENTITY);
      reduced = metadata.size() < before;
    }
    if (reduced) {
      faults.add(
          new Fault("spec", "the rest of it cannot be read either", "correct the error above"));
    }
    return reduced;
  }

  private static Fault fault(String path, JsonNode found, Exception failure) {
    Class<?> target = target(failure);
    if (target == null) {
      return new Fault(path, quote(found) + " cannot be read", "correct it, or remove it");
    }
    if (Collection.class.isAssignableFrom(target) || target.isArray()) {
      return new Fault(
          path,
          quote(found) + " is given where a list is expected",
          "write a list: each entry begins with a dash");
    }
    if (isWhole(target)) {
      int bits = target == Long.class || target == long.class ? Long.SIZE : Integer.SIZE;
      return new Fault(
          path,
          quote(found) + " is given where a whole number of %d bits is expected".formatted(bits),
          "choose a number of at most " + (bits == Long.SIZE ? Long.MAX_VALUE : Integer.MAX_VALUE));
    }
    String wanted = wanted(target);
    return new Fault(
        path,
        "%s is given where %s is expected".formatted(quote(found), wanted),
        "write " + wanted);
  }

  private static @Nullable Class<?> target(Exception failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof InputCoercionException coercion) {
        return coercion.getTargetType();
      }
      if (each instanceof MismatchedInputException mismatch) {
        return mismatch.getTargetType();
      }
    }
    return null;
  }

  private static boolean isWhole(Class<?> target) {
    return Set.<Class<?>>of(Integer.class, int.class, Long.class, long.class).contains(target);
  }

  private static String wanted(Class<?> target) {
    if (target == String.class) {
      return "a text";
    }
    return target == Boolean.class || target == boolean.class ? "true or false" : "an object";
  }

  private static String quote(JsonNode found) {
    if (found.isObject()) {
      return "an object";
    }
    if (found.isArray()) {
      return "a list";
    }
    String text = found.asText();
    return text.length() <= LONGEST_QUOTE
        ? "'" + text + "'"
        : "'" + text.substring(0, LONGEST_QUOTE) + "…'";
  }
}
