package dev.weft.api.reading;

import com.fasterxml.jackson.core.JsonToken;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Current path of a reader within an object. */
final class FieldPath {
  private static final int SHOWN = 12;

  private final Deque<String> fields = new ArrayDeque<>();
  private String field = "";

  void field(String name) {
    field = name;
  }

  void pass(JsonToken token) {
    if (token.isStructStart()) {
      fields.addLast(token == JsonToken.START_ARRAY ? field + "[]" : field);
      field = "";
    } else if (token.isStructEnd()) {
      fields.removeLast();
    }
  }

  int depth() {
    return fields.size();
  }

  /** The first 12 fields of the path. */
  @Override
  public String toString() {
    StringBuilder path = new StringBuilder();
    Iterator<String> all = fields.iterator();
    for (int i = 0; all.hasNext() && i < SHOWN; i++) {
      String each = all.next();
      if (!each.isEmpty()) {
        path.append(path.isEmpty() ? "" : ".").append(each);
      }
    }
    return path.append(all.hasNext() ? "…" : "").toString();
  }
}
