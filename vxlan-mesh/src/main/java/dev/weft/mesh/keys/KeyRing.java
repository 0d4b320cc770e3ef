package dev.weft.mesh.keys;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Persistent record of a node's keys. It must not be lost while the kernel holds states derived
 * from them.
 *
 * @param keys by epoch
 */
public record KeyRing(NavigableMap<Long, EpochKey> keys) {
  /** Ring without keys. */
  public static final KeyRing EMPTY = new KeyRing(new TreeMap<>());

  private static final String HEAD = "weft keys 1";
  private static final String END = "end";
  private static final String KEY = "key";
  private static final String USED = "used";
  private static final String RECEIVED = "received";

  public KeyRing {
    keys = java.util.Collections.unmodifiableNavigableMap(new TreeMap<>(keys));
  }

  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** UDP ports on which the node receives ESP with any of the keys. */
  public Set<Integer> udpPorts() {
    return keys.values().stream()
        .flatMap(key -> key.udpPort().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Serializes the ring with its private keys, one line per item, for {@link #parse}. */
  public String toSecretText() {
    List<String> lines = new ArrayList<>(List.of(HEAD));
    keys.forEach((epoch, key) -> {
      lines.add(
          "%s %d %d %s%s"
              .formatted(
                  KEY,
                  epoch,
                  key.generation(),
                  Base64.getEncoder().encodeToString(key.pair().privateKey()),
                  key.udpPort().map(port -> " " + port).orElse("")));
      key.used().stream().sorted().forEach(id -> lines.add("%s %d %s".formatted(USED, epoch, id)));
      key.received().stream()
          .sorted()
          .forEach(id -> lines.add("%s %d %s".formatted(RECEIVED, epoch, id)));
    });
    lines.add(END);
    return String.join("\n", lines) + "\n";
  }

  /**
   * Reads what {@link #toSecretText} wrote.
   *
   * @throws IllegalArgumentException if the text is malformed; the message contains none of it
   */
  public static KeyRing parse(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() < 2 || !lines.getFirst().equals(HEAD) || !lines.getLast().equals(END)) {
      throw new IllegalArgumentException("it does not begin and end as a file of keys does");
    }
    var reading = new Reading();
    for (String line : lines.subList(1, lines.size() - 1)) {
      try {
        reading.line(line.split(" ", -1));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        // Without the cause: its message may quote a part of a key.
        throw new IllegalArgumentException(
            "line %d of %d is malformed".formatted(lines.indexOf(line) + 1, lines.size()));
      }
    }
    return reading.ring();
  }

  private static final class Reading {
    private final TreeMap<Long, EpochKey> keys = new TreeMap<>();
    private final Map<Long, Set<String>> used = new HashMap<>();
    private final Map<Long, Set<String>> received = new HashMap<>();

    void line(String[] words) {
      long epoch = Long.parseLong(words[1]);
      switch (words[0]) {
        case KEY ->
            keys.put(
                epoch,
                EpochKey.unused(
                    NodeKeyPair.of(Base64.getDecoder().decode(words[3])),
                    Long.parseLong(words[2]),
                    words.length > 4 ? Optional.of(Integer.valueOf(words[4])) : Optional.empty()));
        case USED -> used.computeIfAbsent(epoch, _ -> new HashSet<>()).add(words[2]);
        case RECEIVED -> received.computeIfAbsent(epoch, _ -> new HashSet<>()).add(words[2]);
        default -> throw new IllegalArgumentException("unknown word");
      }
    }

    KeyRing ring() {
      keys.replaceAll((epoch, key) ->
          key.noting(used.getOrDefault(epoch, Set.of()), received.getOrDefault(epoch, Set.of())));
      return new KeyRing(keys);
    }
  }
}
