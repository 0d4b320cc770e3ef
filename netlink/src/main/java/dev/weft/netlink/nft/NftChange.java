package dev.weft.netlink.nft;

import java.util.List;

/** A change of a table. An added object may exist already; an added rule is then duplicated. */
public sealed interface NftChange {
  /** Creates the table. */
  record TableAdd() implements NftChange {}

  /** Removes the table with its contents, if it exists. */
  record TableRemove() implements NftChange {}

  /** Type of a base chain ({@code NFTA_CHAIN_TYPE}). */
  enum ChainType {
    NAT("nat"),
    FILTER("filter");

    final String word;

    ChainType(String word) {
      this.word = word;
    }
  }

  /** Where packets enter a base chain ({@code enum nf_inet_hooks}). */
  enum Hook {
    PREROUTING(0),
    INPUT(1),
    FORWARD(2),
    OUTPUT(3),
    POSTROUTING(4);

    final int number;

    Hook(int number) {
      this.number = number;
    }
  }

  /** Creates a chain that packets enter by a verdict. */
  record ChainAdd(String chain) implements NftChange {}

  /**
   * Creates a chain that packets enter at a hook and leave accepted.
   *
   * @param priority lower ones come first
   */
  record BaseChainAdd(String chain, ChainType type, Hook hook, int priority) implements NftChange {}

  /** Removes a chain and its rules; fails if it does not exist or a verdict leads to it. */
  record ChainRemove(String chain) implements NftChange {}

  /**
   * Creates a set.
   *
   * @param key types of the parts of a key, at most five
   */
  record SetAdd(String set, List<NftType> key) implements NftChange {
    /** Keeps a copy of {@code key}. */
    public SetAdd {
      key = List.copyOf(key);
    }
  }

  /**
   * Creates a map.
   *
   * @param key types of the parts of a key, at most five
   */
  record MapAdd(String map, List<NftType> key, NftType data) implements NftChange {
    /** Keeps a copy of {@code key}. */
    public MapAdd {
      key = List.copyOf(key);
    }
  }

  /** Adds elements to a set or a map; fails if the map has other data for one of the keys. */
  record ElementsAdd(String set, List<NftElement> elements) implements NftChange {
    /** Keeps a copy of {@code elements}. */
    public ElementsAdd {
      elements = List.copyOf(elements);
    }
  }

  /** Removes elements by their keys; fails if one does not exist. */
  record ElementsRemove(String set, List<NftElement> elements) implements NftChange {
    /** Keeps a copy of {@code elements}. */
    public ElementsRemove {
      elements = List.copyOf(elements);
    }
  }

  /** Adds a rule at the end of a chain. */
  record RuleAdd(String chain, List<NftExpression> expressions) implements NftChange {
    /** Keeps a copy of {@code expressions}. */
    public RuleAdd {
      expressions = List.copyOf(expressions);
    }

    /** Adds a rule of these expressions. */
    public RuleAdd(String chain, NftExpression... expressions) {
      this(chain, List.of(expressions));
    }
  }
}
