package dev.weft.importer;

import dev.weft.importer.ledger.Entry;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.translate.Imported;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The table at the end of an import. */
record Summary(List<Imported> imported) {
  private static final int REFUSED = 2;
  private static final int DROPPED = 3;
  private static final int LONGEST = 60;

  Summary {
    imported = List.copyOf(imported);
  }

  /** Prints an import and its table, and returns the exit status. */
  static int print(List<Imported> imported, CommandSpec spec, boolean strict) {
    CommandLine line = spec.commandLine();
    line.getOut().print(Imported.yaml(imported));
    line.getOut().flush();
    Summary summary = new Summary(imported);
    line.getErr().print(summary.text());
    line.getErr().flush();
    return summary.status(strict);
  }

  /** Exit status: 0; 2 if a value was refused; 3 if one was dropped and {@code strict} is set. */
  int status(boolean strict) {
    if (!of(Fate.REFUSED).isEmpty()) {
      return REFUSED;
    }
    return strict && !of(Fate.DROPPED).isEmpty() ? DROPPED : 0;
  }

  private List<Entry> of(Fate fate) {
    return imported.stream()
        .flatMap(each -> each.notes().entries().stream())
        .filter(each -> each.fate() == fate)
        .distinct()
        .toList();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("weft import: resources made\n");
    Map<String, List<String>> made = new LinkedHashMap<>();
    for (Imported each : imported) {
      for (HasMetadata resource : each.written()) {
        made.computeIfAbsent(resource.getKind(), _ -> new ArrayList<>())
            .add(resource.getMetadata().getName());
      }
    }
    made.forEach((kind, names) ->
        text.append("  %-22s %3d  %s%n".formatted(kind, names.size(), String.join(", ", names))));
    if (made.isEmpty()) {
      text.append("  none\n");
    }
    List<Imported> left = imported.stream().filter(each -> each.leftOut() != null).toList();
    if (!left.isEmpty()) {
      text.append("left out\n");
      left.forEach(each -> text.append("  %s: %s%n".formatted(each.what(), each.leftOut())));
    }
    rows(text, "values changed", of(Fate.CHANGED));
    rows(text, "values dropped", of(Fate.DROPPED));
    rows(text, "values refused", of(Fate.REFUSED));
    text.append("next: read the comments, then kubectl apply --dry-run=server -f FILE\n");
    return text.toString();
  }

  private static void rows(StringBuilder text, String title, List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    text.append("%s: %d%n".formatted(title, entries.size()));
    for (Entry each : entries) {
      String value = each.value().isEmpty() ? "" : ": " + shortened(each.value());
      text.append("  %s  %s%s  (%s)%n".formatted(each.place(), each.path(), value, each.why()));
    }
  }

  private static String shortened(String value) {
    String line = value.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
