package dev.weft.api.validation;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.OverlayService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the schema's rules say, and what they cannot; an empty list means valid. Nothing
 * here looks at other objects: clashes between networks are the operator's to find.
 */
public final class Validation {
  private Validation() {}

  /** What cannot work in the spec or the name of a network. */
  public static List<Violation> of(ContainerNetwork network) {
    Violations problems = Violations.of(network);
    NetworkRules.check(network, problems);
    return problems.found();
  }

  /** What cannot work in the settings of the mesh. */
  public static List<Violation> of(Mesh mesh) {
    Violations problems = Violations.of(mesh);
    MeshRules.check(mesh, problems);
    return problems.found();
  }

  /** The mesh if all of it can work; {@code null} if not, or if there is none. */
  public static @Nullable Mesh ifValid(@Nullable Mesh mesh) {
    return mesh != null && of(mesh).isEmpty() ? mesh : null;
  }

  /** What cannot work in the spec or the name of a service. */
  public static List<Violation> of(OverlayService service) {
    Violations problems = Violations.of(service);
    ServiceRules.check(service, problems);
    return problems.found();
  }

  /** Why a node cannot build a HostNetwork. */
  public static List<Violation> of(HostNetwork hostNetwork) {
    Violations problems = Violations.of(hostNetwork);
    HostNetworkRules.check(hostNetwork, problems);
    return problems.found();
  }

  /**
   * What may not change between two revisions of a network, and did. Driver and encryption may
   * never change; subnets and VNI may until the status of {@code before} records them.
   */
  public static List<Violation> change(ContainerNetwork before, ContainerNetwork after) {
    return CurrentAllocation.wanted(before).contradictions(after);
  }

  /**
   * Where the spec contradicts what the status records as held. An API server that knows CEL lets
   * no such change through.
   */
  public static List<Violation> drifted(ContainerNetwork network) {
    return CurrentAllocation.recorded(network).contradictions(network);
  }
}
