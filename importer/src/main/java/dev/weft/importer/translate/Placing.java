package dev.weft.importer.translate;

import dev.weft.importer.ledger.Cursor;

/** Converts a Swarm's constraints and preferences to labels of nodes. */
public final class Placing {
  private static final String LABEL = "node.labels.";
  private static final String KEY =
      "([A-Za-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
  private static final String VALUE = "([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?";

  private Placing() {}

  /** Converts a constraint such as {@code node.labels.disk==ssd}. */
  public static void constraint(Workload workload, Cursor at, String text) {
    String[] sides = text.split("==", 2);
    String left = sides[0].strip();
    String right = sides.length == 2 ? sides[1].strip() : "";
    String label =
        left.startsWith(LABEL)
            ? left.substring(LABEL.length())
            : left.equals("node.hostname")
                ? "kubernetes.io/hostname"
                : left.equals("node.platform.arch")
                    ? "kubernetes.io/arch"
                    : left.equals("node.platform.os") ? "kubernetes.io/os" : "";
    if (sides.length < 2 || !label.matches(KEY) || !right.matches(VALUE) || right.isEmpty()) {
      at.dropped("label the nodes and select them by placement.nodeSelector");
      return;
    }
    workload.nodeLabel(label, architecture(label, right));
    at.changed("give the cluster's nodes the label %s".formatted(label));
  }

  private static String architecture(String label, String value) {
    return switch (label.equals("kubernetes.io/arch") ? value : "") {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> value;
    };
  }

  /**
   * Converts a preference to spread tasks over the values of a label such as {@code
   * node.labels.zone}.
   */
  public static void spread(Workload workload, Cursor at, String over) {
    String label =
        over.startsWith(LABEL)
            ? over.substring(LABEL.length())
            : over.equals("node.hostname") ? "kubernetes.io/hostname" : over;
    if (!label.matches(KEY)) {
      at.dropped("%s is no label of a node in Kubernetes".formatted(label));
    } else if (workload.spread(label)) {
      at.changed("give the cluster's nodes the label %s".formatted(label));
    } else {
      at.dropped("tasks are spread over one label, the first");
    }
  }
}
