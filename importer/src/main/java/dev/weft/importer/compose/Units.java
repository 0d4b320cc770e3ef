package dev.weft.importer.compose;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Converts durations, sizes and numbers of processors from Compose to Kubernetes. */
public final class Units {
  private static final Pattern DURATION =
      Pattern.compile("([0-9]*\\.?[0-9]+)(ns|us|µs|ms|s|m|h|d|w)");
  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?(?:([kKmMgGtTpP])[iI]?)?[bB]?");
  private static final Map<String, String> SECONDS =
      Map.of(
          "ns", "0.000000001",
          "us", "0.000001",
          "µs", "0.000001",
          "ms", "0.001",
          "s", "1",
          "m", "60",
          "h", "3600",
          "d", "86400",
          "w", "604800");
  private static final String PREFIXES = "kmgtp";

  private Units() {}

  /**
   * Whole seconds of a duration such as {@code 1m30s}, rounded up.
   *
   * @throws IllegalArgumentException if the text is malformed
   */
  public static int seconds(String text) {
    Matcher part = DURATION.matcher(text);
    BigDecimal sum = BigDecimal.ZERO;
    int end = 0;
    while (part.find() && part.start() == end) {
      sum =
          sum.add(
              new BigDecimal(part.group(1))
                  .multiply(new BigDecimal(SECONDS.getOrDefault(part.group(2), "0"))));
      end = part.end();
    }
    if (end != text.length() || text.isEmpty()) {
      if (text.equals("0")) {
        return 0;
      }
      throw new IllegalArgumentException("a duration such as 1m30s is expected");
    }
    BigDecimal rounded = sum.setScale(0, RoundingMode.CEILING);
    if (rounded.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("the duration is too long");
    }
    return rounded.intValue();
  }

  /**
   * A size such as {@code 64M}, which is {@code 64Mi} to Kubernetes.
   *
   * @throws IllegalArgumentException if the text is malformed
   */
  public static String quantity(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new IllegalArgumentException("a size such as 64M is expected");
    }
    String prefix = size.group(2);
    if (prefix == null) {
      return size.group(1).replaceFirst("\\..*", "");
    }
    String unit = prefix.toUpperCase(Locale.ROOT) + "i";
    if (size.group(1).indexOf('.') < 0) {
      return size.group(1) + unit;
    }
    int power = PREFIXES.indexOf(prefix.toLowerCase(Locale.ROOT)) + 1;
    return new BigDecimal(size.group(1))
        .multiply(BigDecimal.valueOf(1024).pow(power))
        .setScale(0, RoundingMode.FLOOR)
        .toPlainString();
  }

  /**
   * A number of processors such as {@code 0.5}.
   *
   * @throws IllegalArgumentException if the text is malformed
   */
  public static String processors(String text) {
    if (!text.matches("[0-9]{1,6}(\\.[0-9]*)?|\\.[0-9]+")) {
      throw new IllegalArgumentException("a number of processors such as 0.5 is expected");
    }
    // Kubernetes counts in thousandths
    BigDecimal thousandths =
        new BigDecimal(text).multiply(BigDecimal.valueOf(1000)).setScale(0, RoundingMode.CEILING);
    boolean exact =
        thousandths.compareTo(new BigDecimal(text).multiply(BigDecimal.valueOf(1000))) == 0;
    return exact && !text.startsWith(".") && !text.endsWith(".") ? text : thousandths + "m";
  }

  /** Whether a duration is written in another form than seconds such as {@code 90s}. */
  static boolean isLong(String text) {
    return !text.matches("[0-9]+s");
  }
}
