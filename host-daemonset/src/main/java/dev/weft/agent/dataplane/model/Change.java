package dev.weft.agent.dataplane.model;

/** One step from what is to what is desired; prints as one line. */
public sealed interface Change {
  /** What it is about: the item that comes or stays, or the one that goes. */
  Item item();

  /** UID of the network it is made for; empty for what all networks of the node share. */
  default String uid() {
    return item().owner().uid();
  }

  /** Makes what is not there. */
  record Create(Item item) implements Change {
    @Override
    public String toString() {
      return "create " + item;
    }
  }

  /** Changes what is there. */
  record Alter(Item before, Item after, String what) implements Change {
    @Override
    public Item item() {
      return after;
    }

    @Override
    public String toString() {
      return "change %s (%s)".formatted(after, what);
    }
  }

  /** Removes what is there, with all that stands on it. */
  record Remove(Item item, String reason) implements Change {
    @Override
    public String toString() {
      return "remove %s (%s)".formatted(item, reason);
    }
  }
}
