package dev.weft.api.reading;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Selects what is read of a part of an object. A list and its elements are one part.
 *
 * @param fields parts of named fields
 * @param others whether all other fields are read, completely
 * @param most number of list elements that are read, from the first
 * @param longest number of characters that are read of a text
 */
record Part(Map<String, Part> fields, boolean others, int most, int longest) {
  /** Reads everything. */
  static final Part WHOLE = new Part(Map.of(), true, Integer.MAX_VALUE, Integer.MAX_VALUE);

  private static final Part NOTHING = new Part(Map.of(), false, 0, 0);
  private static final Pattern STEP =
      Pattern.compile("(?:'([^']+)'|([^.\\[<']+))(?:\\[(\\d+)])?(?:<(\\d+))?\\.?");

  Part {
    fields = Map.copyOf(fields);
  }

  /** Part of a field; null if the field is not read. */
  @Nullable Part field(String name) {
    Part named = fields.get(name);
    if (named == null) {
      return others ? WHOLE : null;
    }
    return named.equals(NOTHING) ? null : named;
  }

  /** Reads everything except field {@code inner} of field {@code outer}. */
  static Part without(String outer, String inner) {
    Part rest = new Part(Map.of(inner, NOTHING), true, Integer.MAX_VALUE, Integer.MAX_VALUE);
    return new Part(Map.of(outer, rest), true, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** Part of a list response that reads this part of each item. */
  Part listed() {
    return new Part(Map.of("items", this), true, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * Reads the given paths and nothing else.
   *
   * @param paths such as {@code spec.nodeName}; {@code [3]} after a step limits that list to three
   *     elements, {@code <9} that text to nine characters; a step in ' ' may contain a dot
   */
  static Part of(String... paths) {
    Draft root = new Draft();
    for (String path : paths) {
      root.add(path);
    }
    return root.part();
  }

  private static final class Draft {
    private final Map<String, Draft> fields = new HashMap<>();
    private boolean whole;
    private int most = Integer.MAX_VALUE;
    private int longest = Integer.MAX_VALUE;

    void add(String path) {
      Draft at = this;
      Matcher steps = STEP.matcher(path);
      while (steps.lookingAt()) {
        String name = steps.group(1) == null ? steps.group(2) : steps.group(1);
        at = at.fields.computeIfAbsent(name, _ -> new Draft());
        at.most = Math.min(at.most, number(steps.group(3)));
        at.longest = Math.min(at.longest, number(steps.group(4)));
        steps.region(steps.end(), path.length());
      }
      at.whole = true;
      if (steps.regionStart() < path.length()) {
        throw new IllegalArgumentException(
            "'%s' is no path such as spec.nodeName; see '%s'"
                .formatted(path, path.substring(steps.regionStart())));
      }
    }

    private static int number(@Nullable String text) {
      return text == null ? Integer.MAX_VALUE : Integer.parseInt(text);
    }

    Part part() {
      Map<String, Part> parts = new HashMap<>();
      fields.forEach((name, each) -> parts.put(name, each.part()));
      return new Part(parts, whole, most, longest);
    }
  }
}
