package dev.weft.importer;

import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Broken;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import java.util.Locale;
import java.util.stream.Stream;

/** The scalars of a document, and whether an outcome knows them. */
final class Leaves {
  private Leaves() {}

  static Stream<Scalar> of(Value value) {
    return switch (value) {
      case Scalar scalar -> Stream.of(scalar);
      case Broken _ -> Stream.of();
      case Listing list -> list.items().stream().flatMap(Leaves::of);
      case Mapping map -> map.entries().values().stream().flatMap(Leaves::of);
    };
  }

  /** Only letters and digits: quoting and line breaks do not matter. */
  static String bare(String text) {
    return text.replaceAll("\\\\[nt\"]", "")
        .replaceAll("[^\\p{L}\\p{N}]", "")
        .toLowerCase(Locale.ROOT);
  }

  /** Each word of a text must be present, because the output separates a port's two sides. */
  static boolean isAccounted(Scalar leaf, String outcome) {
    return switch (leaf.kind()) {
      case TRUTH, NOTHING -> true;
      case NUMBER, TEXT ->
          outcome.contains(bare(leaf.text()))
              || Stream.of(leaf.text().split("[^\\p{L}\\p{N}]+", -1))
                  .map(Leaves::bare)
                  // the default protocol, and a unit that Kubernetes omits
                  .filter(each -> !each.equals("tcp"))
                  .map(each -> each.replaceFirst("(?<=[0-9][kmg])b$", ""))
                  .allMatch(outcome::contains);
    };
  }
}
