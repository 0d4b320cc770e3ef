package dev.weft.api.schema;

import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Evaluates the CEL rules of a CustomResourceDefinition as an API server does. */
final class CelRules {
  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .addVar("self", SimpleType.DYN)
          .addVar("oldSelf", SimpleType.DYN)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .build();
  private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder().build();
  private static final Map<String, CelRuntime.Program> PROGRAMS = new ConcurrentHashMap<>();

  private final JSONSchemaProps root;

  CelRules(CustomResourceDefinition crd) {
    this.root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
  }

  /**
   * The messages of the rules that {@code object} breaks.
   *
   * @param before the stored object that it replaces; null when it is new
   */
  List<String> broken(Map<String, Object> object, @Nullable Map<String, Object> before) {
    List<String> messages = new ArrayList<>();
    walk(root, object, before, messages);
    return messages;
  }

  private static void walk(
      JSONSchemaProps schema, Object value, @Nullable Object before, List<String> messages) {
    if (!hasRequired(schema, value)) {
      return;
    }
    for (ValidationRule rule : schema.getXKubernetesValidations()) {
      boolean transition = rule.getRule().contains("oldSelf");
      if ((!transition || before != null) && !holds(rule.getRule(), value, before)) {
        messages.add(rule.getMessage());
      }
    }
    if (value instanceof Map<?, ?> map && schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach((name, field) -> {
            if (map.get(name) != null) {
              Object old = before instanceof Map<?, ?> was ? was.get(name) : null;
              walk(field, map.get(name), old, messages);
            }
          });
    }
    if (value instanceof List<?> list && schema.getItems() != null) {
      list.forEach(item -> walk(schema.getItems().getSchema(), item, null, messages));
    }
  }

  /** If a required field is absent, an API server reports it and evaluates no rule. */
  private static boolean hasRequired(JSONSchemaProps schema, Object value) {
    return !(value instanceof Map<?, ?> map) || map.keySet().containsAll(schema.getRequired());
  }

  private static boolean holds(String rule, Object value, @Nullable Object before) {
    try {
      CelRuntime.Program program = program(rule);
      Map<String, Object> variables =
          before == null
              ? Map.of("self", longs(value))
              : Map.of("self", longs(value), "oldSelf", longs(before));
      return (boolean) program.eval(variables);
    } catch (CelValidationException | CelEvaluationException e) {
      throw new AssertionError("rule cannot be evaluated: " + rule, e);
    }
  }

  private static CelRuntime.Program program(String rule)
      throws CelValidationException, CelEvaluationException {
    CelRuntime.Program known = PROGRAMS.get(rule);
    if (known == null) {
      known = RUNTIME.createProgram(COMPILER.compile(rule).getAst());
      PROGRAMS.put(rule, known);
    }
    return known;
  }

  /** CEL knows integers of 64 bits only. */
  private static Object longs(Object value) {
    return switch (value) {
      case Integer number -> number.longValue();
      case List<?> list -> list.stream().map(CelRules::longs).toList();
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, each) -> copy.put(key, longs(each)));
        yield copy;
      }
      default -> value;
    };
  }
}
