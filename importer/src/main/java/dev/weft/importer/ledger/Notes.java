package dev.weft.importer.ledger;

import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.yaml.SourcePosition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** The comments above one document, and the entries behind them. */
public final class Notes {
  private final SequencedSet<String> lines = new LinkedHashSet<>();
  private final List<Entry> entries = new ArrayList<>();

  /** Adds a comment that refers to no value of the source. */
  public void say(String line) {
    lines.add(line);
  }

  public void add(Entry entry) {
    entries.add(entry);
    lines.add(entry.line());
  }

  public void add(Fate fate, SourcePosition place, String path, String why) {
    add(new Entry(fate, place, path, "", why));
  }

  /** Whether a value was refused. */
  public boolean isRefused() {
    return entries.stream().anyMatch(each -> each.fate() == Fate.REFUSED);
  }

  public List<String> lines() {
    return List.copyOf(lines);
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }
}
