package dev.weft.e2e.matrix;

/** Outcome of one kind of network on one kind of node. */
sealed interface PairOutcome {
  /** Full frames of each IP version pass between two pods. */
  record Works(int mtu) implements PairOutcome {}

  /** The network does not work, and its status gives the reason. */
  record Refused(String reason) implements PairOutcome {}

  /** The network does not work, and no status reports it. */
  record Broken(String what) implements PairOutcome {}

  /** The cell of the table. */
  default String cell(int note) {
    return switch (this) {
      case Works(int mtu) -> "works, MTU " + mtu;
      case Refused _ -> "refused (%d)".formatted(note);
      case Broken _ -> "BROKEN (%d)".formatted(note);
    };
  }

  /** The note below the table; empty if the network works. */
  default String note() {
    return switch (this) {
      case Works _ -> "";
      case Refused(String reason) -> reason;
      case Broken(String what) -> what;
    };
  }
}
