package dev.weft.agent.dataplane.model;

/** One step from the observed to the desired state; prints as one line. */
public sealed interface Change {
  /** The created, altered or removed item. */
  Item item();

  /**
   * UID of the network that needs the change; empty for items that all networks of the node share.
   */
  default String uid() {
    return item().owner().uid();
  }

  /** Creates an item. */
  record Create(Item item) implements Change {
    @Override
    public String toString() {
      return "create " + item;
    }
  }

  /** Alters an item in place. */
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

  /** Removes an item, with everything that depends on it. */
  record Remove(Item item, String reason) implements Change {
    @Override
    public String toString() {
      return "remove %s (%s)".formatted(item, reason);
    }
  }
}
