package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Digest;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An empty chain in a Weft table, whose name holds two digests: of the requested text, and of the
 * kernel's listing after installation. So a later read detects changes, also after a restart and
 * with any version of nftables.
 */
final class Seal {
  private static final Pattern CHAIN =
      Pattern.compile("\\s*chain seal_([0-9a-f]{16})_([0-9a-f]{16}) \\{\\s*\\}");

  private Seal() {}

  /**
   * Returns the digest of the requested text; empty if the table has changed since.
   *
   * @param normal normalises listings of one table to one text
   */
  static Optional<String> unbroken(String listing, UnaryOperator<String> normal) {
    Matcher seal = CHAIN.matcher(listing);
    return seal.find() && seal.group(2).equals(digest(normal.apply(seal.replaceFirst(""))))
        ? Optional.of(seal.group(1))
        : Optional.empty();
  }

  /** Returns the command that seals a table installed from {@code text} and listed since. */
  static String command(String table, String text, String listing, UnaryOperator<String> normal) {
    return "add chain %s seal_%s_%s".formatted(table, digest(text), digest(normal.apply(listing)));
  }

  static String digest(String text) {
    return Digest.of(text).substring(0, 16);
  }
}
