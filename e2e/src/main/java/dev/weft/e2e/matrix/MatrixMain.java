package dev.weft.e2e.matrix;

import dev.weft.testkit.control.embedded.PrinterColumns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code ./weft matrix}. */
@Command(
    name = "weft matrix",
    description = {
      "Tries every kind of network on common kinds of nodes: IPv6 off, a firewall that drops",
      "what is forwarded, small and large MTUs and more. Full frames pass, or the network's status",
      "says what stands in the way; it prints the table and fails if neither holds."
    },
    mixinStandardHelpOptions = true)
public final class MatrixMain implements Callable<Integer> {
  @Option(
      names = "--node",
      description = "Only nodes of this kind; may be repeated: ${COMPLETION-CANDIDATES}.",
      completionCandidates = NodeKinds.class)
  List<String> only = List.of();

  @Option(names = "--manifests", description = "Their folder. Default: ${DEFAULT-VALUE}.")
  Path manifests = Path.of("manifests");

  private MatrixMain() {}

  /** Names of all kinds of nodes. */
  static final class NodeKinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.of(NodeKind.values()).map(NodeKind::option).iterator();
    }
  }

  /** Tries the pairs; exit status 0 if each works or is refused with a reason, 1 if not. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new MatrixMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(manifests.resolve("samples"))) {
      System.err.printf("weft: there is no folder %s/samples%n", manifests);
      return 2;
    }
    List<NodeKind> kinds =
        Stream.of(NodeKind.values())
            .filter(kind -> only.isEmpty() || only.contains(kind.option()))
            .toList();
    if (kinds.size() < only.size()) {
      System.err.printf(
          "weft: --node takes %s%n", String.join(", ", (Iterable<String>) new NodeKinds()));
      return 2;
    }
    Map<NodeKind, Map<NetworkKind, PairOutcome>> rows = new LinkedHashMap<>();
    for (NodeKind kind : kinds) {
      System.out.printf("nodes: %s%n", kind.label());
      rows.put(kind, Row.of(kind, "matrix", manifests));
    }
    table(rows).forEach(System.out::println);
    long broken =
        rows.values().stream()
            .flatMap(row -> row.values().stream())
            .filter(PairOutcome.Broken.class::isInstance)
            .count();
    System.out.printf(
        "%d pairs: %s%n",
        rows.size() * NetworkKind.all().size(),
        broken == 0 ? "each works or is refused with its reason" : broken + " are broken");
    return broken == 0 ? 0 : 1;
  }

  /** A line for each kind of node, then a note for each reason. */
  static List<String> table(Map<NodeKind, Map<NetworkKind, PairOutcome>> rows) {
    List<String> notes = new ArrayList<>();
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        Stream.concat(Stream.of("NODES"), NetworkKind.all().stream().map(NetworkKind::label))
            .toList());
    rows.forEach((kind, row) -> {
      List<String> line = new ArrayList<>(List.of(kind.label()));
      for (PairOutcome outcome : row.values()) {
        line.add(outcome.cell(number(notes, outcome.note())));
      }
      cells.add(line);
    });
    List<String> lines = new ArrayList<>(PrinterColumns.align(cells));
    for (int note = 0; note < notes.size(); note++) {
      lines.add("(%d) %s".formatted(note + 1, notes.get(note)));
    }
    return lines;
  }

  private static int number(List<String> notes, String note) {
    if (!note.isEmpty() && !notes.contains(note)) {
      notes.add(note);
    }
    return notes.indexOf(note) + 1;
  }
}
