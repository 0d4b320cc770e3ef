package dev.weft.api.validation;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.OverlayService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks objects against the schema's rules and the rules that the schema cannot express. An empty
 * list means valid. It reads no other objects; the operator detects conflicts between networks.
 */
public final class Validation {
  private Validation() {}

  /** Violations in the spec or the name of a network. */
  public static List<Violation> of(ContainerNetwork network) {
    Violations problems = Violations.of(network);
    NetworkRules.check(network, problems);
    return problems.found();
  }

  /** Violations in the settings of the mesh. */
  public static List<Violation> of(Mesh mesh) {
    Violations problems = Violations.of(mesh);
    MeshRules.check(mesh, problems);
    return problems.found();
  }

  /** The mesh if it is valid; {@code null} if it is not, or if there is none. */
  public static @Nullable Mesh ifValid(@Nullable Mesh mesh) {
    return mesh != null && of(mesh).isEmpty() ? mesh : null;
  }

  /** Violations in the spec or the name of a service. */
  public static List<Violation> of(OverlayService service) {
    Violations problems = Violations.of(service);
    ServiceRules.check(service, problems);
    return problems.found();
  }

  /** Violations that keep a node from building a HostNetwork. */
  public static List<Violation> of(HostNetwork hostNetwork) {
    Violations problems = Violations.of(hostNetwork);
    HostNetworkRules.check(hostNetwork, problems);
    return problems.found();
  }

  /**
   * Forbidden changes between two revisions of a network. Driver and encryption can never change.
   * Subnets and VNI can change until the status of {@code before} records them.
   */
  public static List<Violation> change(ContainerNetwork before, ContainerNetwork after) {
    return CurrentAllocation.wanted(before).contradictions(after);
  }

  /**
   * Violations where the spec contradicts the values recorded in the status. An API server that
   * supports CEL rejects such a change.
   */
  public static List<Violation> drifted(ContainerNetwork network) {
    return CurrentAllocation.recorded(network).contradictions(network);
  }
}
