package dev.weft.operator.mesh;

import dev.weft.api.KeyPhase;
import dev.weft.api.MeshKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the mesh changes its keys, and when every live node is ready for the next phase. All state
 * is in {@link MeshKeys}, so another operator goes on where this one stopped.
 *
 * @param interval how long an epoch lasts
 * @param udpPort where nodes are to take ESP inside UDP; empty: they are to take plain ESP
 * @param request value of the annotation that asks for new keys; null: absent
 */
record KeySchedule(Duration interval, Optional<Integer> udpPort, @Nullable String request) {
  /** Characters of the request that count and are kept; the schema admits no more. */
  private static final int LONGEST_REQUEST = 1024;

  KeySchedule {
    if (request != null && request.length() > LONGEST_REQUEST) {
      request = request.substring(0, LONGEST_REQUEST);
    }
  }

  /** How long a phase waits for nodes that do not follow, at least. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** How long an epoch lasts at least, whatever a node says of the keys that it has. */
  static final Duration SHORT = Duration.ofSeconds(10);

  /**
   * The state with the first encrypted network, or when what was written is lost.
   *
   * @param epoch the newest that any node knows of; to prepare it once more does no harm
   */
  MeshKeys first(long epoch, Collection<KeyHolder> live, Instant time) {
    return begin(epoch, live, time);
  }

  /**
   * The state that follows from {@code now}; the same when nothing is to be done.
   *
   * @param live live nodes that can encrypt; others are not waited for
   * @param digest names the keys of the present epoch that all nodes publish
   */
  MeshKeys next(MeshKeys now, Collection<KeyHolder> live, String digest, Instant time) {
    long epoch = epoch(now);
    KeyPhase phase = phase(now);
    boolean all = !live.isEmpty() && acknowledged(live, phase, epoch, digest) == live.size();
    return switch (phase) {
      case IDLE ->
          isDue(now, live, time) ? begin(epoch + 1, live, time) : at(now, phase, live, digest);
      case PREPARE -> at(now, all ? KeyPhase.ACTIVATE : phase, live, digest);
      case ACTIVATE -> at(now, all ? KeyPhase.RETIRE : phase, live, digest);
      case RETIRE -> at(now, all ? KeyPhase.IDLE : phase, live, digest);
    };
  }

  /**
   * When the epoch of {@code now} is over: by its age, or early when a node has used its keys up or
   * encapsulates otherwise than asked. The packets of a key travel for life as they did first, so
   * to have them travel otherwise takes new keys.
   */
  Instant end(MeshKeys now, Collection<KeyHolder> live) {
    long epoch = epoch(now);
    boolean lasts =
        live.stream().allMatch(each -> each.udpPort().equals(udpPort) && !each.hasExhausted(epoch));
    return since(now).plus(lasts || interval.compareTo(SHORT) < 0 ? interval : SHORT);
  }

  /**
   * How long a phase waits for nodes that do not follow: one of them keeps no other from new keys,
   * and is on its own with its old ones until it follows.
   */
  Duration patience() {
    Duration quarter = interval.dividedBy(4);
    return quarter.compareTo(PATIENCE) < 0 ? PATIENCE : quarter;
  }

  /** Those of {@code live} that have done what the phase of {@code keys} asks. */
  static List<KeyHolder> followers(MeshKeys keys, Collection<KeyHolder> live, String digest) {
    return live.stream()
        .filter(each -> each.acknowledges(phase(keys), epoch(keys), digest))
        .toList();
  }

  private static Instant since(MeshKeys now) {
    return Instant.parse(Objects.requireNonNull(now.since(), "written with the epoch"));
  }

  private boolean isDue(MeshKeys now, Collection<KeyHolder> live, Instant time) {
    return (request != null && !request.equals(now.rotate())) || !time.isBefore(end(now, live));
  }

  private MeshKeys begin(long epoch, Collection<KeyHolder> live, Instant time) {
    String since = time.truncatedTo(ChronoUnit.SECONDS).toString();
    return keys(epoch, KeyPhase.PREPARE, 0, live.size(), since, request);
  }

  private static MeshKeys at(
      MeshKeys now, KeyPhase phase, Collection<KeyHolder> live, String digest) {
    long epoch = epoch(now);
    return keys(
        epoch,
        phase,
        acknowledged(live, phase, epoch, digest),
        live.size(),
        now.since(),
        now.rotate());
  }

  private static MeshKeys keys(
      long epoch,
      KeyPhase phase,
      int acknowledged,
      int nodes,
      @Nullable String since,
      @Nullable String rotate) {
    return new MeshKeys(
        epoch, phase.toString(), acknowledged, nodes, acknowledged + "/" + nodes, since, rotate);
  }

  private static long epoch(MeshKeys keys) {
    return Objects.requireNonNull(keys.epoch(), "written with every state");
  }

  /** Names of those that have not done yet what the phase of {@code keys} asks. */
  static List<String> waiting(MeshKeys keys, Collection<KeyHolder> live, String digest) {
    return live.stream()
        .filter(each -> !each.acknowledges(phase(keys), epoch(keys), digest))
        .map(KeyHolder::node)
        .sorted()
        .toList();
  }

  /** A phase that cannot be read is begun anew: preparing again does no harm. */
  private static KeyPhase phase(MeshKeys now) {
    return KeyPhase.of(now.phase()).orElse(KeyPhase.PREPARE);
  }

  private static int acknowledged(
      Collection<KeyHolder> live, KeyPhase phase, long epoch, String digest) {
    return (int) live.stream().filter(each -> each.acknowledges(phase, epoch, digest)).count();
  }
}
