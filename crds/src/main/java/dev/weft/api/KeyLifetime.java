package dev.weft.api;

import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lifetime of a key; it ends with the first limit that is reached.
 *
 * @param volume bytes that one node may send to another with the key
 */
public record KeyLifetime(Duration interval, long volume) {
  /**
   * Lifetime without any setting. RFC 8446 (section 5.5) changes an AES-GCM key before 2^38 bytes
   * in large records; Weft uses the same cipher.
   */
  public static final KeyLifetime DEFAULT = new KeyLifetime(Duration.ofHours(12), 1L << 38);

  /** Lifetime set by {@code mesh}, which must be valid; absent settings get their defaults. */
  public static KeyLifetime of(@Nullable Mesh mesh) {
    KeyRotation asked =
        mesh == null || mesh.getSpec() == null ? null : mesh.getSpec().keyRotation();
    String interval = asked == null ? null : asked.interval();
    String volume = asked == null ? null : asked.volume();
    return new KeyLifetime(
        interval == null ? DEFAULT.interval : Duration.parse("PT" + interval),
        volume == null
            ? DEFAULT.volume
            : Quantity.parse(volume).getNumericalAmount().longValueExact());
  }
}
