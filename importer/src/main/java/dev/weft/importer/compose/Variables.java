package dev.weft.importer.compose;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Substitutes variables in texts as Compose does (compose-go, template.go): {@code $$}, {@code $X},
 * {@code ${X}}, and the operators {@code :-}, {@code -}, {@code :?}, {@code ?}, {@code :+} and
 * {@code +}. The text after an operator may contain variables.
 */
public final class Variables {
  private static final int DEEPEST = 50;
  private static final Pattern NAME = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
  private static final Pattern BRACED =
      Pattern.compile("([_a-zA-Z][_a-zA-Z0-9]*)(?:(:?[-+?])(.*))?", Pattern.DOTALL);

  private final Map<String, String> values;

  /** Variables by name; a later map wins. */
  @SafeVarargs
  public Variables(Map<String, String>... layers) {
    this.values = new LinkedHashMap<>();
    for (Map<String, String> each : layers) {
      values.putAll(each);
    }
  }

  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  Map<String, String> all() {
    return values;
  }

  /**
   * The text with every variable replaced.
   *
   * @param unset receives the names without a value and a default, which become empty texts
   * @throws IllegalArgumentException if a variable is required and missing, or the text ends within
   *     one
   */
  String fill(String text, SequencedSet<String> unset) {
    return fill(text, 0, unset);
  }

  private String fill(String text, int depth, SequencedSet<String> unset) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("its defaults are nested too deep");
    }
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char each = text.charAt(at);
      if (each != '$' || at + 1 == text.length()) {
        filled.append(each);
        at++;
      } else if (text.charAt(at + 1) == '$') {
        filled.append('$');
        at += 2;
      } else if (text.charAt(at + 1) == '{') {
        int end = closing(text, at + 1);
        filled.append(braced(text.substring(at + 2, end), depth, unset));
        at = end + 1;
      } else {
        Matcher name = NAME.matcher(text).region(at + 1, text.length());
        if (name.lookingAt()) {
          filled.append(named(name.group(), unset));
          at = name.end();
        } else {
          filled.append(each);
          at++;
        }
      }
    }
    return filled.toString();
  }

  private static int closing(String text, int open) {
    int braces = 0;
    for (int i = open; i < text.length(); i++) {
      if (text.charAt(i) == '{') {
        braces++;
      } else if (text.charAt(i) == '}' && --braces == 0) {
        return i;
      }
    }
    throw new IllegalArgumentException("a variable is not closed by }; write $$ for a dollar");
  }

  private String named(String name, SequencedSet<String> unset) {
    String value = values.get(name);
    if (value == null) {
      unset.add(name);
      return "";
    }
    return value;
  }

  private String braced(String inside, int depth, SequencedSet<String> unset) {
    Matcher parts = BRACED.matcher(inside);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'${%s}' is no variable; write $$ for a dollar".formatted(inside));
    }
    String name = parts.group(1);
    String operator = parts.group(2);
    if (operator == null) {
      return named(name, unset);
    }
    String value = values.get(name);
    boolean isThere = value != null && !(operator.startsWith(":") && value.isEmpty());
    String rest = parts.group(3);
    return switch (operator.charAt(operator.length() - 1)) {
      case '-' -> isThere && value != null ? value : fill(rest, depth + 1, unset);
      case '+' -> isThere ? fill(rest, depth + 1, unset) : "";
      default -> {
        if (!isThere || value == null) {
          throw new IllegalArgumentException(
              "variable %s has no value%s; set it in .env or by --env-file"
                  .formatted(
                      name, rest.isEmpty() ? "" : " (" + fill(rest, depth + 1, unset) + ")"));
        }
        yield value;
      }
    };
  }
}
