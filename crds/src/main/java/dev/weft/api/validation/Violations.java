package dev.weft.api.validation;

import dev.weft.api.Cidr;
import dev.weft.api.InterfaceName;
import dev.weft.api.reading.Faults;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects violations, and checks single values for several kinds. */
final class Violations {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final int LONGEST_QUOTE = 80;

  private final List<Violation> found = new ArrayList<>();

  /** The violations of {@code object}, beginning with the parts of it that could not be read. */
  static Violations of(HasMetadata object) {
    Violations problems = new Violations();
    Faults.of(object).forEach(each -> problems.add(each.path(), each.problem(), each.remedy()));
    return problems;
  }

  List<Violation> found() {
    return List.copyOf(found);
  }

  void add(String field, String problem, String remedy) {
    found.add(new Violation(field, problem, remedy));
  }

  /** Parses {@code text}; adds a violation if that fails. */
  <T> Optional<T> read(String field, String text, Function<String, T> parse, String remedy) {
    try {
      return Optional.of(parse.apply(text));
    } catch (IllegalArgumentException e) {
      add(field, String.valueOf(e.getMessage()), remedy);
      return Optional.empty();
    }
  }

  Optional<Cidr> block(String field, @Nullable String text) {
    String remedy = "write a block as its first address and prefix length, such as 10.10.0.0/24";
    if (text == null) {
      add(field, "there is no block", remedy);
      return Optional.empty();
    }
    return read(field, text, Cidr::parse, remedy);
  }

  /** Constant that {@code text} names, empty if absent; adds a violation if it names none. */
  <E extends Enum<E>> Optional<E> choice(
      String field, @Nullable String text, Class<E> type, Function<String, Optional<E>> of) {
    if (text == null) {
      return Optional.empty();
    }
    Optional<E> value = of.apply(text);
    if (value.isEmpty()) {
      add(field, quote(text) + " is unknown", "choose one of " + choices(type));
    }
    return value;
  }

  static <E extends Enum<E>> String choices(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  void range(String field, @Nullable Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      add(
          field,
          "%d is out of range".formatted(value),
          "choose a number from %d to %d".formatted(least, most));
    }
  }

  /** Requires a DNS label (RFC 1123). */
  void label(String field, @Nullable String given, String what) {
    String text = given == null ? "" : given;
    if (text.length() > 63 || !LABEL.matcher(text).matches()) {
      add(
          field,
          quote(text) + " is not " + what,
          "use lower-case letters, digits and '-', at most 63, and no dot");
    }
  }

  void device(String field, @Nullable String name) {
    if (name != null) {
      InterfaceName.fault(name)
          .ifPresent(fault ->
              add(
                  field,
                  quote(name) + " cannot name a network interface: " + fault,
                  "choose another name"));
    }
  }

  /** {@code text} in quotes, truncated to 80 characters. */
  static String quote(String text) {
    return text.length() <= LONGEST_QUOTE
        ? "'" + text + "'"
        : "'" + text.substring(0, LONGEST_QUOTE) + "…'";
  }
}
