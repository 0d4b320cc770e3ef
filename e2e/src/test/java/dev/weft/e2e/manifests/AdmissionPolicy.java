package dev.weft.e2e.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates a ValidatingAdmissionPolicy on AdmissionReviews as an API server does, without its
 * match constraints.
 */
public final class AdmissionPolicy {
  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .addVar("request", SimpleType.DYN)
          .addVar("object", SimpleType.DYN)
          .addVar("oldObject", SimpleType.DYN)
          .addVar("variables", SimpleType.DYN)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .build();
  private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder().build();

  private final JsonNode spec;

  /** Reads it from its resource. */
  public AdmissionPolicy(JsonNode policy) {
    this.spec = policy.path("spec");
  }

  /** Message with which the policy refuses a request; empty if it allows it or does not apply. */
  public List<String> refusals(JsonNode request) {
    Map<String, Object> input = new HashMap<>();
    input.put("request", plain(request));
    input.put("object", plain(request.path("object")));
    input.put("oldObject", plain(request.path("oldObject")));
    for (JsonNode condition : spec.path("matchConditions")) {
      if (!(boolean) evaluate(condition.path("expression"), input)) {
        return List.of();
      }
    }
    Map<String, Object> variables = new HashMap<>();
    input.put("variables", variables);
    for (JsonNode variable : spec.path("variables")) {
      variables.put(variable.path("name").asText(), evaluate(variable.path("expression"), input));
    }
    List<String> refusals = new ArrayList<>();
    for (JsonNode validation : spec.path("validations")) {
      if (!(boolean) evaluate(validation.path("expression"), input)) {
        refusals.add(
            validation.has("message")
                ? validation.path("message").asText()
                : (String) evaluate(validation.path("messageExpression"), input));
      }
    }
    return refusals;
  }

  private static Object evaluate(JsonNode expression, Map<String, Object> input) {
    try {
      return RUNTIME.createProgram(COMPILER.compile(expression.asText()).getAst()).eval(input);
    } catch (CelValidationException | CelEvaluationException e) {
      throw new AssertionError("cannot be evaluated: " + expression.asText(), e);
    }
  }

  /** Converts a value for CEL, in which null is a separate value. */
  private static Object plain(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        Map<String, Object> fields = new HashMap<>();
        object.properties().forEach(each -> fields.put(each.getKey(), plain(each.getValue())));
        yield fields;
      }
      case ArrayNode array -> array.valueStream().map(AdmissionPolicy::plain).toList();
      case TextNode text -> text.textValue();
      case BooleanNode truth -> truth.booleanValue();
      case NumericNode number when number.isIntegralNumber() -> number.longValue();
      case NumericNode number -> number.doubleValue();
      default -> NullValue.NULL_VALUE;
    };
  }
}
