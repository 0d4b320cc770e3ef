package dev.weft.operator.node;

import java.util.List;

/** Shortens messages about many nodes. */
public final class NodeTexts {
  private static final int NAMED = 3;

  private NodeTexts() {}

  /** The first three of {@code items}, and the number of the others. */
  public static String join(List<String> items) {
    String named = String.join("; ", items.subList(0, Math.min(NAMED, items.size())));
    return items.size() <= NAMED ? named : "%s; and %d more".formatted(named, items.size() - NAMED);
  }
}
