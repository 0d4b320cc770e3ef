package dev.weft.importer.translate;

import dev.weft.importer.ledger.Notes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One object of the source, as resources.
 *
 * @param what description of the object
 * @param resources resources that it becomes; empty if there is no equivalent
 * @param notes report on what the resources do not hold
 * @param leftOut reason why the resources are only shown as a comment; null: they are written
 */
public record Imported(
    String what, List<HasMetadata> resources, Notes notes, @Nullable String leftOut) {
  public Imported {
    resources = List.copyOf(resources);
  }

  public static Imported of(String what, Notes notes, HasMetadata... resources) {
    return new Imported(what, List.of(resources), notes, null);
  }

  /** Resources that the import writes. */
  public List<HasMetadata> written() {
    return leftOut == null ? resources : List.of();
  }

  /** One YAML document per resource, with the notes as comments before the first. */
  public String yaml() {
    StringBuilder text = new StringBuilder();
    comment(text, "# ", leftOut == null ? what : "%s is left out: %s".formatted(what, leftOut));
    notes.lines().forEach(each -> comment(text, "#   ", each));
    String documents =
        resources.stream()
            .map(Serialization::asYaml)
            .map(each -> each.replaceFirst("^---\n", ""))
            .collect(Collectors.joining("---\n"));
    if (leftOut == null) {
      text.append(documents);
    } else {
      documents.lines().forEach(each -> text.append("#| ").append(each).append('\n'));
    }
    return text.toString();
  }

  /** Appends a comment of one line, without line breaks and control characters of the source. */
  private static void comment(StringBuilder text, String start, String line) {
    text.append(start).append(line.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ")).append('\n');
  }

  /** All documents of an import in one file. */
  public static String yaml(List<Imported> all) {
    return all.stream().map(Imported::yaml).collect(Collectors.joining("---\n"));
  }
}
