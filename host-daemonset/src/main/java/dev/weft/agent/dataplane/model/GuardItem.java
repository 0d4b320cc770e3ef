package dev.weft.agent.dataplane.model;

import java.util.Optional;

/** An item of the source guard. */
public sealed interface GuardItem extends Item {
  @Override
  default Optional<DeviceName> standsOn() {
    return Optional.empty();
  }

  /** Identity of such an item. */
  sealed interface GuardKey extends Key {
    record OfTable() implements GuardKey {}

    record OfEntry(GuardSet set, String key) implements GuardKey {
      /** The number of a network or sandbox, if the first part of the key is one. */
      public String number() {
        return key.split(" ", 2)[0];
      }
    }
  }

  /**
   * The table with its rules.
   *
   * @param intact whether the table is unchanged since Weft installed it
   */
  record Table(boolean intact) implements GuardItem {
    @Override
    public Owner owner() {
      return Owner.NODE;
    }

    @Override
    public Key key() {
      return new GuardKey.OfTable();
    }

    @Override
    public String toString() {
      return "source guard, table " + NftTable.GUARD;
    }
  }

  /**
   * An element of one of the table's sets.
   *
   * @param entry in nft's syntax
   * @param value in nft's syntax; empty if the set is no map
   */
  record Entry(Owner owner, GuardSet set, String entry, String value) implements GuardItem {
    @Override
    public Key key() {
      return new GuardKey.OfEntry(set, entry);
    }

    /** The device that the element names, if any. */
    public Optional<String> device() {
      int from = entry.indexOf('"') + 1;
      return from == 0
          ? Optional.empty()
          : Optional.of(entry.substring(from, entry.indexOf('"', from)));
    }

    /** The set's name, and the key's bytes in hexadecimal digits. */
    public String inKernel() {
      return set.title() + " " + set.bytes(entry);
    }

    public String text() {
      return value.isEmpty() ? entry : entry + " : " + value;
    }

    @Override
    public String toString() {
      return "source guard, %s of %s".formatted(text(), set.title());
    }
  }
}
