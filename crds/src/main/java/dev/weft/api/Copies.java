package dev.weft.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes unmodifiable copies for records. Null stays null; null elements are dropped. */
final class Copies {
  private Copies() {}

  static <T> @Nullable List<T> list(@Nullable List<T> list) {
    return list == null ? null : list.stream().filter(Objects::nonNull).toList();
  }

  static <V> @Nullable Map<String, V> map(@Nullable Map<String, V> map) {
    if (map == null) {
      return null;
    }
    Map<String, V> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> {
      if (value != null) {
        copy.put(key, value);
      }
    });
    return Collections.unmodifiableMap(copy);
  }
}
