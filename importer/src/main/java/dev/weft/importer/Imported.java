package dev.weft.importer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One thing of Docker's, as Weft says it.
 *
 * @param what what it was
 * @param resource what it becomes; empty if nothing says it
 * @param notes what the resource does not say, a line each
 */
record Imported(String what, Optional<HasMetadata> resource, List<String> notes) {
  /** A comment ends with its line, whatever a source had in its texts. */
  Imported {
    what = what.replaceAll("\\R", " ");
    notes = notes.stream().map(each -> each.replaceAll("\\R", " ")).toList();
  }

  static Imported nothing(String what, String why) {
    return new Imported(what, Optional.empty(), List.of(why));
  }

  /** What {@code convert} makes of a source; what it did not take of it is added to the notes. */
  static Imported of(
      String what, Fields source, Function<List<String>, ? extends HasMetadata> convert) {
    List<String> notes = new ArrayList<>();
    HasMetadata resource = convert.apply(notes);
    notes.addAll(source.left());
    return new Imported(what, Optional.of(resource), notes);
  }

  /** A YAML document with the notes as comments before it. */
  String yaml() {
    String comments =
        notes.stream().map(each -> "#   " + each + "\n").collect(Collectors.joining());
    return "# %s\n%s%s"
        .formatted(
            resource.isPresent() ? what : what + " is left out:",
            comments,
            resource
                .map(Serialization::asYaml)
                .map(each -> each.replaceFirst("^---\n", ""))
                .orElse(""));
  }

  /** All documents of an import in one file. */
  static String yaml(List<Imported> all) {
    return all.stream().map(Imported::yaml).collect(Collectors.joining("---\n"));
  }
}
