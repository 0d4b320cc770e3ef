package dev.weft.operator.network;

import dev.weft.api.validation.Problem;
import dev.weft.api.validation.Validation;
import dev.weft.operator.network.Finding.Gravity;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What can be said against a network before anything is allocated for it. */
final class Findings {
  private Findings() {}

  static List<Finding> of(Observed observed) {
    List<Finding> findings = new ArrayList<>();
    Validation.of(observed.network()).forEach(problem -> findings.add(invalid(problem)));
    if (findings.isEmpty()) {
      Validation.drifted(observed.network())
          .forEach(problem -> findings.add(refuse("ImmutableField", problem.toString())));
      driverChange(observed).ifPresent(findings::add);
      if (observed.mesh() != null) {
        Validation.of(observed.mesh())
            .forEach(problem -> findings.add(refuse("MeshInvalid", "Mesh default: " + problem)));
      }
    }
    return List.copyOf(findings);
  }

  private static Finding invalid(Problem problem) {
    return refuse("Invalid", problem.toString());
  }

  /** An API server that knows no CEL lets the driver change; what is built tells what it was. */
  private static Optional<Finding> driverChange(Observed observed) {
    String asked = observed.spec().driver();
    return observed.hostNetworks().stream()
        .map(each -> each.getSpec().driver())
        .filter(built -> !Objects.equals(built, asked))
        .findFirst()
        .map(built ->
            refuse(
                "ImmutableField",
                "spec.driver: cannot change from %s to %s; set it back, or delete the network and create it anew"
                    .formatted(built, asked)));
  }

  private static Finding refuse(String reason, String message) {
    return new Finding(reason, message, Gravity.REFUSES);
  }
}
