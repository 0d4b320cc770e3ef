package dev.weft.importer.compose;

import java.util.ArrayList;
import java.util.List;

/** Splits a line as a shell does: at blanks, but not within quotes or after a backslash. */
final class ShellWords {
  private final String line;
  private final List<String> words = new ArrayList<>();
  private StringBuilder word = new StringBuilder();
  private boolean begun;

  private ShellWords(String line) {
    this.line = line;
  }

  static List<String> of(String line) {
    return new ShellWords(line).split();
  }

  private List<String> split() {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char each = line.charAt(i);
      boolean escapes = each == '\\' && quote != '\'' && i + 1 < line.length();
      if (escapes) {
        add(line.charAt(++i));
      } else if (quote == 0 && (each == '\'' || each == '"')) {
        quote = each;
        begun = true;
      } else if (each == quote) {
        quote = 0;
      } else if (quote == 0 && Character.isWhitespace(each)) {
        end();
      } else {
        add(each);
      }
    }
    end();
    return words;
  }

  private void add(char each) {
    word.append(each);
    begun = true;
  }

  private void end() {
    if (begun) {
      words.add(word.toString());
      word = new StringBuilder();
      begun = false;
    }
  }
}
