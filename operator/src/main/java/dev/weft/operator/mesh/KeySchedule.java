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
 * Decides when the mesh rotates its keys and when it enters the next phase. All state is in {@link
 * MeshKeys}, so another operator can resume.
 *
 * @param interval duration of an epoch
 * @param udpPort UDP port on which nodes receive ESP; empty: plain ESP
 * @param request value of the annotation that requests a rotation; null: absent
 */
record KeySchedule(Duration interval, Optional<Integer> udpPort, @Nullable String request) {
  /** Maximum length of the request that is kept, as in the schema; the rest is cut off. */
  private static final int LONGEST_REQUEST = 1024;

  KeySchedule {
    if (request != null && request.length() > LONGEST_REQUEST) {
      request = request.substring(0, LONGEST_REQUEST);
    }
  }

  /** Minimum time that a phase waits for nodes that do not follow. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Minimum duration of an epoch, whatever nodes report about their keys. */
  static final Duration SHORT = Duration.ofSeconds(10);

  /**
   * Initial state, for the first encrypted network or after the status was lost.
   *
   * @param epoch newest epoch that any node knows; preparing it once more is harmless
   */
  MeshKeys first(long epoch, Collection<KeyHolder> live, Instant time) {
    return begin(epoch, live, time);
  }

  /**
   * The state after {@code now}; the same if nothing is due.
   *
   * @param live live nodes that can encrypt; the rotation does not wait for others
   * @param digest digest of the published keys of the current epoch
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
   * End of the epoch of {@code now}: by age, or early if a node has exhausted its keys or uses
   * another encapsulation than configured. A key keeps its encapsulation, so a change of
   * encapsulation requires new keys.
   */
  Instant end(MeshKeys now, Collection<KeyHolder> live) {
    long epoch = epoch(now);
    boolean lasts =
        live.stream().allMatch(each -> each.udpPort().equals(udpPort) && !each.hasExhausted(epoch));
    return since(now).plus(lasts || interval.compareTo(SHORT) < 0 ? interval : SHORT);
  }

  /**
   * Time that a phase waits for nodes that do not follow. Such a node does not keep others from new
   * keys; it is isolated with its old keys until it follows.
   */
  Duration patience() {
    Duration quarter = interval.dividedBy(4);
    return quarter.compareTo(PATIENCE) < 0 ? PATIENCE : quarter;
  }

  /** Nodes of {@code live} that have completed the phase of {@code keys}. */
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

  /** Names of nodes that have not completed the phase of {@code keys}. */
  static List<String> waiting(MeshKeys keys, Collection<KeyHolder> live, String digest) {
    return live.stream()
        .filter(each -> !each.acknowledges(phase(keys), epoch(keys), digest))
        .map(KeyHolder::node)
        .sorted()
        .toList();
  }

  /** The phase of {@code now}. An unreadable phase restarts as Prepare, which is harmless. */
  private static KeyPhase phase(MeshKeys now) {
    return KeyPhase.of(now.phase()).orElse(KeyPhase.PREPARE);
  }

  private static int acknowledged(
      Collection<KeyHolder> live, KeyPhase phase, long epoch, String digest) {
    return (int) live.stream().filter(each -> each.acknowledges(phase, epoch, digest)).count();
  }
}
