package dev.weft.importer.compose;

import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.UnreadableFile;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a file of variables as Compose does (compose-go, dotenv/parser.go). */
final class DotEnv {
  private static final Pattern KEY =
      Pattern.compile(
          "(?:export[ \\t]+)?([\\p{L}\\p{N}_.\\-\\[\\]]+)[ \\t]*(?:([=:])[ \\t]*|(?=\\R|\\z))");

  private final String file;
  private final String text;
  private final Map<String, String> outer;
  private final Map<String, String> found = new LinkedHashMap<>();
  private int at;

  private DotEnv(String file, String text, Map<String, String> outer) {
    this.file = file;
    this.text = text.replace("\r\n", "\n").replaceFirst("^\uFEFF", "");
    this.outer = outer;
  }

  /**
   * Reads the variables of a file, in its order.
   *
   * @param outer variables that its values may refer to
   * @throws UnreadableFile with file and line
   */
  static Map<String, String> read(String file, String text, Map<String, String> outer) {
    return new DotEnv(file, text, outer).all();
  }

  private Map<String, String> all() {
    while (skipToStatement()) {
      Matcher key = KEY.matcher(text).region(at, text.length());
      if (!key.lookingAt()) {
        throw fault("a line is NAME=value");
      }
      at = key.end();
      String name = key.group(1);
      if (key.group(2) == null) {
        String inherited = outer.get(name);
        if (inherited != null) {
          found.put(name, inherited);
        }
      } else {
        found.put(name, value());
      }
    }
    return found;
  }

  private boolean skipToStatement() {
    while (at < text.length()) {
      char each = text.charAt(at);
      if (each == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(each)) {
        at++;
      } else {
        return true;
      }
    }
    return false;
  }

  private String value() {
    char quote = at < text.length() ? text.charAt(at) : 0;
    if (quote == '"' || quote == '\'') {
      String quoted = quoted(quote);
      return quote == '"' ? fill(unescaped(quoted)) : quoted;
    }
    int end = text.indexOf('\n', at);
    String line = text.substring(at, end < 0 ? text.length() : end);
    at += line.length();
    int comment = line.startsWith("#") ? 0 : line.indexOf(" #");
    return fill((comment < 0 ? line : line.substring(0, comment)).strip());
  }

  private String quoted(char quote) {
    StringBuilder value = new StringBuilder();
    for (int i = at + 1; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        value.append(next == quote ? "" : "\\").append(next);
      } else if (each == quote) {
        at = i + 1;
        return value.toString();
      } else {
        value.append(each);
      }
    }
    throw fault("the quote is not closed");
  }

  private static String unescaped(String text) {
    return text.replace("\\$", "$$")
        .replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t")
        .replace("\\\\", "\\");
  }

  private String fill(String value) {
    try {
      return new Variables(found, outer).fill(value, new LinkedHashSet<>());
    } catch (IllegalArgumentException e) {
      throw fault(String.valueOf(e.getMessage()));
    }
  }

  private UnreadableFile fault(String why) {
    int line = 1 + (int) text.substring(0, at).chars().filter(each -> each == '\n').count();
    return new UnreadableFile(new SourcePosition(file, line, 1), why);
  }
}
