package dev.weft.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remembers repaired drift for a while. Used by one thread. */
public final class Drifts {
  /** A network counts as drifted for this long after its last drift. */
  public static final Duration MEMORY = Duration.ofMinutes(10);

  private static final int NAMED = 3;

  private final Map<String, Episode> episodes = new HashMap<>();

  private record Episode(String what, Instant last) {}

  /** Records repairs on a network. */
  void note(String network, List<String> repaired, Instant now) {
    if (!repaired.isEmpty()) {
      episodes.merge(
          network, new Episode(text(repaired), now), (old, fresh) -> new Episode(old.what, now));
    }
  }

  /** First repairs of the current episode; empty if there is none. */
  Optional<String> of(String network, Instant now) {
    Episode episode = episodes.get(network);
    if (episode == null) {
      return Optional.empty();
    }
    if (!episode.last.plus(MEMORY).isAfter(now)) {
      episodes.remove(network);
      return Optional.empty();
    }
    return Optional.of(episode.what);
  }

  /** Forgets a network. */
  void forget(String network) {
    episodes.remove(network);
  }

  /** Repairs in one line; the first few by name. */
  static String text(List<String> repaired) {
    String named = String.join("; ", repaired.stream().limit(NAMED).toList());
    int more = repaired.size() - NAMED;
    return more > 0 ? "%s; and %d more".formatted(named, more) : named;
  }
}
