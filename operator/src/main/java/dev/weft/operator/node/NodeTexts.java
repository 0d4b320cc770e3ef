package dev.weft.operator.node;

import java.util.List;

/** What is said of many nodes, in few words. */
public final class NodeTexts {
  private static final int NAMED = 3;

  private NodeTexts() {}

  /** The first few of {@code items}, and how many more there are. */
  public static String join(List<String> items) {
    String named = String.join("; ", items.subList(0, Math.min(NAMED, items.size())));
    return items.size() <= NAMED ? named : "%s; and %d more".formatted(named, items.size() - NAMED);
  }
}
