package dev.weft.importer.yaml;

import dev.weft.importer.yaml.Value.Kind;
import dev.weft.importer.yaml.Value.Meeting;
import dev.weft.importer.yaml.Value.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Resolves a plain scalar as go-yaml v3, Compose's parser, does: YAML 1.2's core rules, and a
 * leading zero for octal where the digits allow it (resolve.go).
 */
final class Plain {
  private static final Set<String> NOTHING = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
  private static final Set<String> FALSE = Set.of("false", "False", "FALSE");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern INTEGER =
      Pattern.compile("([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)");
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

  private Plain() {}

  static Scalar of(SourcePosition place, Meeting meeting, String written) {
    if (NOTHING.contains(written)) {
      return new Scalar(place, meeting, Kind.NOTHING, "", written);
    }
    if (TRUE.contains(written) || FALSE.contains(written)) {
      String text = written.toLowerCase(Locale.ROOT);
      return new Scalar(place, meeting, Kind.TRUTH, text, written);
    }
    return number(written)
        .map(text -> new Scalar(place, meeting, Kind.NUMBER, text, written))
        .orElseGet(() -> new Scalar(place, meeting, Kind.TEXT, written, written));
  }

  private static Optional<String> number(String written) {
    char first = written.charAt(0);
    if (!(Character.isDigit(first) || first == '-' || first == '+' || first == '.')) {
      return Optional.empty();
    }
    String digits = written.replace("_", "");
    var whole = INTEGER.matcher(digits);
    if (whole.matches()) {
      BigInteger value = integer(whole.group(1), whole.group(2).toLowerCase(Locale.ROOT));
      if (value.compareTo(LEAST) >= 0 && value.compareTo(MOST) <= 0) {
        return Optional.of(value.toString());
      }
    }
    if (FLOAT.matcher(digits).matches()) {
      double value = Double.parseDouble(digits);
      return Double.isInfinite(value) ? Optional.empty() : Optional.of(printed(value));
    }
    return Optional.empty();
  }

  private static BigInteger integer(String sign, String digits) {
    int base =
        switch (digits.length() < 2 ? ' ' : digits.charAt(1)) {
          case 'x' -> 16;
          case 'b' -> 2;
          default -> digits.length() > 1 && digits.charAt(0) == '0' ? 8 : 10;
        };
    String bare =
        digits.length() > 1 && Character.isLetter(digits.charAt(1)) ? digits.substring(2) : digits;
    BigInteger value = new BigInteger(bare, base);
    return sign.equals("-") ? value.negate() : value;
  }

  /**
   * Formats a number as Go's {@code fmt.Sprint} does: with an exponent below 1e-4 and from 1e21 on.
   */
  private static String printed(double value) {
    if (value == 0) {
      return "0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 21) {
      return shortest.toPlainString();
    }
    BigDecimal mantissa = shortest.movePointLeft(exponent);
    return "%se%s%02d"
        .formatted(mantissa.toPlainString(), exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
