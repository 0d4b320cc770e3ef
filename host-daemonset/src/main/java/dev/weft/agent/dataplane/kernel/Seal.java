package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Digest;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An empty chain in a table of ours, whose name holds a digest of what was asked for, and one of
 * how the kernel then listed it. So a later look finds out, also after a restart and whatever the
 * version of nftables, whether the table is still the one that was asked for.
 */
final class Seal {
  private static final Pattern CHAIN =
      Pattern.compile("\\s*chain seal_([0-9a-f]{16})_([0-9a-f]{16}) \\{\\s*\\}");

  private Seal() {}

  /**
   * The digest of what was asked for; empty if the table has become another one since.
   *
   * @param normal turns all listings of one table into one text
   */
  static Optional<String> unbroken(String listing, UnaryOperator<String> normal) {
    Matcher seal = CHAIN.matcher(listing);
    return seal.find() && seal.group(2).equals(digest(normal.apply(seal.replaceFirst(""))))
        ? Optional.of(seal.group(1))
        : Optional.empty();
  }

  /** The command that seals a table which was asked for as {@code text} and has been listed. */
  static String command(String table, String text, String listing, UnaryOperator<String> normal) {
    return "add chain %s seal_%s_%s".formatted(table, digest(text), digest(normal.apply(listing)));
  }

  static String digest(String text) {
    return Digest.of(text).substring(0, 16);
  }
}
