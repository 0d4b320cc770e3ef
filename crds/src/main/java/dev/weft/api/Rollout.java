package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a change reaches the nodes that carry a network. */
@ApiType
public record Rollout(
    @JsonPropertyDescription(
            "How many nodes may be without a working network at a time while a change goes from "
                + "node to node: a number, or a share of the nodes that carry it such as 25%. "
                + "Absent: 25%, at least one.")
        @Nullable IntOrString maxUnavailable) {
  private static final Pattern SHARE = Pattern.compile("([1-9][0-9]?|100)%");
  private static final int WHOLE = 100;

  /** The setting in effect, as text. */
  public static String effective(@Nullable Rollout rollout) {
    return rollout == null || rollout.maxUnavailable == null
        ? Defaults.MAX_UNAVAILABLE
        : String.valueOf(rollout.maxUnavailable.getValue());
  }

  /**
   * Number of nodes that a setting allows out of {@code nodes}: at least one; a share is rounded
   * up.
   *
   * @throws IllegalArgumentException if it is neither a positive number nor a share
   */
  public static int resolve(String setting, int nodes) {
    Matcher share = SHARE.matcher(setting);
    if (share.matches()) {
      return Math.max(1, Math.ceilDiv(nodes * Integer.parseInt(share.group(1)), WHOLE));
    }
    try {
      int number = Integer.parseInt(setting);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw unreadable(setting, e);
    }
    throw unreadable(setting, null);
  }

  private static IllegalArgumentException unreadable(String setting, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "'%s' is neither a number from 1 nor a share from 1%% to 100%%".formatted(setting), cause);
  }
}
