package dev.weft.agent.status;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remembers for a while what was repaired. Used by one thread. */
public final class Drifts {
  /** For so long without another drift a network counts as drifted. */
  public static final Duration MEMORY = Duration.ofMinutes(10);

  private static final int NAMED = 3;

  private final Map<String, Episode> episodes = new HashMap<>();

  private record Episode(String what, Instant last) {}

  /** Takes note of what was repaired on a network. */
  void note(String network, List<String> repaired, Instant now) {
    if (!repaired.isEmpty()) {
      episodes.merge(
          network, new Episode(text(repaired), now), (old, fresh) -> new Episode(old.what, now));
    }
  }

  /** What was repaired first in the episode that goes on; empty if none does. */
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

  /** What was repaired, in one line; the first few things by name. */
  static String text(List<String> repaired) {
    String named = String.join("; ", repaired.stream().limit(NAMED).toList());
    int more = repaired.size() - NAMED;
    return more > 0 ? "%s; and %d more".formatted(named, more) : named;
  }
}
