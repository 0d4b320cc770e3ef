package dev.weft.e2e.matrix;

/** What became of one kind of network on one kind of node. */
sealed interface PairOutcome {
  /** Full frames of each IP version pass between two pods. */
  record Works(int mtu) implements PairOutcome {}

  /** The network's status says that it does not work here, and why. */
  record Refused(String reason) implements PairOutcome {}

  /** It does not work, and no status says so. */
  record Broken(String what) implements PairOutcome {}

  /** The cell of the table. */
  default String cell(int note) {
    return switch (this) {
      case Works(int mtu) -> "works, MTU " + mtu;
      case Refused _ -> "refused (%d)".formatted(note);
      case Broken _ -> "BROKEN (%d)".formatted(note);
    };
  }

  /** What a note under the table says; empty for what works. */
  default String note() {
    return switch (this) {
      case Works _ -> "";
      case Refused(String reason) -> reason;
      case Broken(String what) -> what;
    };
  }
}
