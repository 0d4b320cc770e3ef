package dev.weft.api.validation;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.OverlayService;
import java.util.List;

/** Everything that the schema's rules say, and what they cannot; an empty list means valid. */
@SuppressWarnings("DoNotCallSuggester")
public final class Validation {
  private Validation() {}

  public static List<Problem> of(ContainerNetwork network) {
    throw new UnsupportedOperationException();
  }

  public static List<Problem> of(Mesh mesh) {
    throw new UnsupportedOperationException();
  }

  public static List<Problem> of(OverlayService service) {
    throw new UnsupportedOperationException();
  }

  public static List<Problem> of(HostNetwork network) {
    throw new UnsupportedOperationException();
  }

  /** What may not change between two revisions of a network, and did. */
  public static List<Problem> change(ContainerNetwork before, ContainerNetwork after) {
    throw new UnsupportedOperationException();
  }

  /** Where the spec contradicts what the status records as allocated. */
  public static List<Problem> drifted(ContainerNetwork network) {
    throw new UnsupportedOperationException();
  }
}
