package dev.weft.api.gitops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of Lua interpreters; 5.1 first, because Argo CD uses it. */
record Lua(Path program) {

  /** The first Lua on the path. */
  static Optional<Lua> find() {
    return Stream.of("lua5.1", "luajit", "lua5.4", "lua")
        .flatMap(name ->
            Stream.of(System.getenv("PATH").split(":", -1)).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Lua::new);
  }

  /** Runs a health script on {@code obj}; returns its status and its message. */
  List<String> health(Path script, JsonNode obj) throws IOException, InterruptedException {
    String driver =
        "obj = %s\nlocal h = dofile(%s)\nio.write(h.status, '\\n', h.message or '', '\\n')\n"
            .formatted(literal(obj), quoted(script.toString()));
    Process process = new ProcessBuilder(program.toString(), "-").redirectErrorStream(true).start();
    try (var input = process.getOutputStream()) {
      input.write(driver.getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private static String literal(JsonNode node) {
    if (node.isObject()) {
      List<String> fields = new ArrayList<>();
      node.properties()
          .forEach(each ->
              fields.add("[%s] = %s".formatted(quoted(each.getKey()), literal(each.getValue()))));
      return fields.stream().collect(Collectors.joining(", ", "{", "}"));
    }
    if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(each -> elements.add(literal(each)));
      return elements.stream().collect(Collectors.joining(", ", "{", "}"));
    }
    return node.isTextual() ? quoted(node.textValue()) : node.toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
