package dev.weft.operator.mesh;

import dev.weft.api.IpsecEncapsulation;
import dev.weft.api.KeyLifetime;
import dev.weft.api.KeyPhase;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.Names;
import dev.weft.api.validation.Validation;
import dev.weft.mesh.keys.KeyDirectory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * State of the key rotation, and the nodes that it waits for.
 *
 * @param state null: no network is encrypted, so there are no keys
 * @param waiting names of nodes that have not completed the phase
 * @param refused reason to refuse a node's key, by node name
 * @param wake time of the next scheduled change; null: none
 */
record Keys(
    @Nullable MeshKeys state,
    List<String> waiting,
    Map<String, String> refused,
    @Nullable Instant wake) {
  static final Keys NONE = new Keys(null, List.of(), Map.of(), null);

  /**
   * Computes the state from {@code mesh} and the reports of its nodes.
   *
   * @param phases measures how long the current phase has lasted
   */
  static Keys of(Mesh mesh, KeyHolders holders, PhaseClock phases, Instant time) {
    KeySchedule schedule = schedule(mesh);
    List<KeyHolder> live = holders.live(schedule.udpPort().isPresent());
    MeshKeys before = null;
    MeshKeys keys = mesh.getStatus() == null ? null : mesh.getStatus().keys();
    if (keys == null || keys.epoch() == null || keys.since() == null) {
      keys = schedule.first(Math.max(1, holders.newestEpoch(time)), live, time);
    }
    KeyDirectory directory;
    do { // nodes that have already completed the next phase cause no further event
      before = keys;
      directory = holders.directory(Objects.requireNonNull(before.epoch()));
      String digest = directory.digest();
      boolean late = !time.isBefore(phases.deadline(before, time, schedule.patience()));
      keys =
          schedule.next(
              before, late ? KeySchedule.followers(before, live, digest) : live, digest, time);
    } while (!Objects.equals(keys.phase(), before.phase()));
    return new Keys(
        keys,
        KeySchedule.waiting(keys, live, directory.digest()),
        directory.refused(),
        KeyPhase.IDLE.toString().equals(keys.phase())
            ? schedule.end(keys, live)
            : phases.deadline(keys, time, schedule.patience()));
  }

  private static KeySchedule schedule(Mesh mesh) {
    Map<String, String> annotations = mesh.getMetadata().getAnnotations();
    Mesh valid = Validation.ifValid(mesh);
    return new KeySchedule(
        KeyLifetime.of(valid).interval(),
        IpsecEncapsulation.udpPort(valid),
        annotations == null ? null : annotations.get(Names.ROTATE_ANNOTATION));
  }
}
