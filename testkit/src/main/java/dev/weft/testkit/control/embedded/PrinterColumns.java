package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table that kubectl prints of a kind: a column for the name, then the
 * CustomResourceDefinition's {@code additionalPrinterColumns}.
 *
 * @param columns the definition's columns, in order
 */
public record PrinterColumns(List<Column> columns) {
  /** Only the name and the age. */
  public static final PrinterColumns NONE =
      new PrinterColumns(List.of(new Column("Age", "date", ".metadata.creationTimestamp", 0)));

  private static final Pattern STEP =
      Pattern.compile(
          "\\.(?<field>[A-Za-z0-9_-]+)|\\[(?<index>\\d+|\\*)]|\\[\\?\\(@\\.(?<key>\\w+)\\s*==\\s*[\"'](?<value>[^\"']*)[\"']\\)]");

  /**
   * One column.
   *
   * @param name its heading
   * @param type as in OpenAPI, or {@code date}
   * @param path JSONPath of the value below the object
   * @param priority 0, or more for columns of {@code -o wide} only
   */
  public record Column(String name, String type, String path, int priority) {
    /** What kubectl prints for an object; empty where it has no value. */
    public String cell(JsonNode object) {
      List<String> values = new ArrayList<>();
      walk(object, 0, values);
      String text = String.join(",", values);
      return type.equals("date") && !text.isEmpty() ? age(Instant.parse(text)) : text;
    }

    private void walk(JsonNode node, int from, List<String> values) {
      if (from >= path.length()) {
        if (!node.isMissingNode() && !node.isNull()) {
          values.add(node.isValueNode() ? node.asText() : node.toString());
        }
        return;
      }
      Matcher step = STEP.matcher(path).region(from, path.length());
      if (!step.lookingAt()) {
        throw new IllegalArgumentException("JSONPath %s is not understood".formatted(path));
      }
      String field = step.group("field");
      String index = step.group("index");
      if (field != null) {
        walk(node.path(field), step.end(), values);
      } else if (index != null && !index.equals("*")) {
        walk(node.path(Integer.parseInt(index)), step.end(), values);
      } else {
        for (JsonNode element : node) {
          if (index != null
              || element.path(step.group("key")).asText().equals(step.group("value"))) {
            walk(element, step.end(), values);
          }
        }
      }
    }
  }

  /** Keeps its own copy. */
  public PrinterColumns {
    columns = List.copyOf(columns);
  }

  /**
   * The columns of a definition.
   *
   * @param version an element of {@code spec.versions}
   */
  public static PrinterColumns of(JsonNode version) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : version.path("additionalPrinterColumns")) {
      columns.add(
          new Column(
              column.path("name").asText(),
              column.path("type").asText(),
              column.path("jsonPath").asText(),
              column.path("priority").asInt()));
    }
    return columns.isEmpty() ? NONE : new PrinterColumns(columns);
  }

  /** The table as kubectl prints it, one line per row with aligned columns, the heading first. */
  public List<String> render(Iterable<? extends JsonNode> objects) {
    List<Column> shown = columns.stream().filter(column -> column.priority() == 0).toList();
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("NAME"));
    shown.forEach(column -> head.add(column.name().toUpperCase(java.util.Locale.ROOT)));
    rows.add(head);
    for (JsonNode object : objects) {
      List<String> row = new ArrayList<>(List.of(object.path("metadata").path("name").asText()));
      shown.forEach(column -> row.add(column.cell(object)));
      rows.add(row);
    }
    return align(rows);
  }

  /** Rows of cells as lines with aligned columns. */
  public static List<String> align(List<List<String>> rows) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int index = column;
        int width = rows.stream().mapToInt(each -> each.get(index).length()).max().orElse(0);
        line.append(row.get(column)).repeat(' ', width - row.get(column).length() + 3);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static String age(Instant since) {
    Duration age = Duration.between(since, Instant.now());
    if (age.toMinutes() < 2) {
      return Math.max(0, age.toSeconds()) + "s";
    }
    return age.toHours() < 2 ? age.toMinutes() + "m" : age.toHours() + "h";
  }
}
