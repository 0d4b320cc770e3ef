package dev.weft.api.reading;

import com.fasterxml.jackson.core.JsonToken;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Decides for each JSON token whether it is read. */
final class Sieve {
  private final Deque<Level> levels = new ArrayDeque<>();
  private @Nullable Part next;
  private int skipped;

  private static final class Level {
    final Part part;
    final boolean list;
    int elements;

    Level(Part part, boolean list) {
      this.part = part;
      this.list = list;
    }
  }

  Sieve(Part root) {
    next = root;
  }

  /**
   * Whether this token is read; the caller must pass every token in order.
   *
   * @param name name of the field, if the token is one
   */
  boolean passes(JsonToken token, @Nullable String name) {
    if (skipped > 0) {
      skipped += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      return false;
    }
    if (token == JsonToken.FIELD_NAME) {
      Level level = levels.peekLast();
      next = level == null || name == null ? null : level.part.field(name);
      return next != null;
    }
    if (token.isStructEnd()) {
      levels.removeLast();
      return true;
    }
    return value(token);
  }

  private boolean value(JsonToken token) {
    Level level = levels.peekLast();
    if (level != null && level.list) {
      next = level.elements++ < level.part.most() ? level.part : null;
    }
    if (next == null) {
      skipped = token.isStructStart() ? 1 : 0;
      return false;
    }
    if (token.isStructStart()) {
      levels.addLast(new Level(next, token == JsonToken.START_ARRAY));
    }
    return true;
  }

  /** Number of characters to read of the last text that passed. */
  int longest() {
    return next == null ? 0 : next.longest();
  }
}
