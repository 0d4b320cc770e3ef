package dev.weft.operator.network;

import dev.weft.api.Reason;
import dev.weft.api.validation.Validation;
import dev.weft.api.validation.Violation;
import dev.weft.operator.network.Finding.Gravity;
import java.util.ArrayList;
import java.util.List;

/** Checks a network before anything is allocated for it. */
final class Findings {
  private Findings() {}

  static List<Finding> of(ObservedNetwork observed) {
    List<Finding> findings = new ArrayList<>();
    Validation.of(observed.network()).forEach(problem -> findings.add(invalid(problem)));
    if (findings.isEmpty()) {
      Validation.drifted(observed.network())
          .forEach(problem -> findings.add(refuse(Reason.IMMUTABLE_FIELD, problem.toString())));
    }
    return List.copyOf(findings);
  }

  private static Finding invalid(Violation problem) {
    return refuse(Reason.INVALID, problem.toString());
  }

  private static Finding refuse(Reason reason, String message) {
    return new Finding(reason, message, Gravity.REFUSES);
  }
}
