package dev.weft.netlink.nft;

import static dev.weft.netlink.nft.NfTablesH.*;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_APPEND;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_CREATE;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;

import dev.weft.netlink.wire.MessageWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a transaction as the messages that nft would send. Numbers in attributes are in network
 * byte order.
 */
final class NftBatchWriter {
  /** Attribute lengths are 16-bit numbers. */
  private static final int MOST_OF_ATTRIBUTE = 0xffff;

  /** Room for any element in bytes: a key of five parts of 16 bytes, a chain name of 256. */
  private static final int MOST_OF_ELEMENT = 512;

  private static final int ROOM = MOST_OF_ATTRIBUTE + 4096;

  /** Template that the kernel completes to a free name. */
  private static final String ANONYMOUS = "__set%d";

  private static final int NAMED = 0;

  /** Number of messages that begin and end a transaction. */
  private static final int EDGES = 2;

  private final MessageWriter out = new MessageWriter(ROOM);
  private final List<NftMessage> done = new ArrayList<>();
  private final String table;
  private String words = "";
  private int sets;

  private NftBatchWriter(String table) {
    this.table = table;
  }

  /**
   * Messages of a batch; none if it has no changes. Their positions are their sequence numbers. The
   * last but one requests an acknowledgement; kernels before 6.10 do not acknowledge the last,
   * which ends the transaction.
   */
  static List<NftMessage> write(NftBatch batch) {
    NftBatchWriter writer = new NftBatchWriter(batch.table());
    writer.edge(NFNL_MSG_BATCH_BEGIN);
    batch.changes().forEach(writer::change);
    writer.out.acknowledgeLast();
    writer.edge(NFNL_MSG_BATCH_END);
    writer.flush();
    return writer.done.size() == EDGES ? List.of() : List.copyOf(writer.done);
  }

  private void edge(int type) {
    flush();
    words = "change table inet %s".formatted(table);
    header(type, NLM_F_REQUEST, NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES);
    out.end();
  }

  /** Begins a message about an object of the table; {@code out.end()} ends it. */
  private void begin(int message, int flags, String what) {
    beginAlone(message, flags, "%s in table inet %s".formatted(what, table));
  }

  /** Begins a message. All messages carry the table's name in the attribute of this number. */
  private void beginAlone(int message, int flags, String what) {
    flush();
    words = what;
    int type = NFNL_SUBSYS_NFTABLES << 8 | message;
    header(type, NLM_F_REQUEST | flags, NFPROTO_INET, 0);
    out.attribute(NFTA_TABLE_NAME, table);
  }

  /** {@code struct nlmsghdr} and {@code struct nfgenmsg}. */
  private void header(int type, int flags, int family, int resource) {
    out.begin(type, flags, done.size());
    out.u8(family);
    out.u8(0);
    out.be16(resource);
  }

  /** Moves the current message to the finished ones. */
  private void flush() {
    if (out.length() > 0) {
      done.add(new NftMessage(out.toArray(), words));
      out.clear();
    }
  }

  private void change(NftChange change) {
    switch (change) {
      case NftChange.TableAdd _ -> table(NFT_MSG_NEWTABLE, NLM_F_CREATE, "make");
      case NftChange.TableRemove _ -> {
        table(NFT_MSG_NEWTABLE, NLM_F_CREATE, "make");
        table(NFT_MSG_DELTABLE, 0, "remove");
      }
      case NftChange.ChainAdd(String chain) -> {
        chain(NFT_MSG_NEWCHAIN, NLM_F_CREATE, "add", chain);
        out.end();
      }
      case NftChange.BaseChainAdd add -> baseChain(add);
      case NftChange.ChainRemove(String chain) -> {
        chain(NFT_MSG_DELCHAIN, 0, "remove", chain);
        out.end();
      }
      case NftChange.SetAdd(String set, List<NftType> key) -> {
        set(set, 0, key, ++sets);
        out.attribute(NFTA_SET_USERDATA, NftUserdata.of(key));
        out.end();
      }
      case NftChange.MapAdd(String map, List<NftType> key, NftType data) -> {
        set(map, NFT_SET_MAP, key, ++sets);
        out.attributeBe32(NFTA_SET_DATA_TYPE, data.number);
        out.attributeBe32(NFTA_SET_DATA_LEN, data.length);
        out.attribute(NFTA_SET_USERDATA, NftUserdata.of(key, data));
        out.end();
      }
      case NftChange.ElementsAdd(String set, List<NftElement> elements) ->
          elements(NFT_MSG_NEWSETELEM, set, NAMED, elements);
      case NftChange.ElementsRemove(String set, List<NftElement> elements) ->
          elements(NFT_MSG_DELSETELEM, set, NAMED, elements);
      case NftChange.RuleAdd(String chain, List<NftExpression> expressions) ->
          rule(chain, expressions);
    }
  }

  private void table(int message, int flags, String verb) {
    beginAlone(message, flags, "%s table inet %s".formatted(verb, table));
    out.end();
  }

  private void chain(int message, int flags, String verb, String chain) {
    begin(message, flags, "%s chain %s".formatted(verb, chain));
    out.attribute(NFTA_CHAIN_NAME, chain);
  }

  private void baseChain(NftChange.BaseChainAdd add) {
    chain(NFT_MSG_NEWCHAIN, NLM_F_CREATE, "add", add.chain());
    out.attribute(NFTA_CHAIN_TYPE, add.type().word);
    out.attributeBe32(NFTA_CHAIN_POLICY, NF_ACCEPT);
    int hook = out.beginNested(NFTA_CHAIN_HOOK);
    out.attributeBe32(NFTA_HOOK_HOOKNUM, add.hook().number);
    out.attributeBe32(NFTA_HOOK_PRIORITY, add.priority());
    out.endNested(hook);
    out.end();
  }

  /**
   * Begins a message that creates a set.
   *
   * @param id by which messages of the same transaction refer to the set
   */
  private void set(String set, int flags, List<NftType> key, int id) {
    begin(NFT_MSG_NEWSET, NLM_F_CREATE, "add set %s".formatted(set));
    out.attribute(NFTA_SET_NAME, set);
    out.attributeBe32(NFTA_SET_FLAGS, flags);
    out.attributeBe32(
        NFTA_SET_KEY_TYPE,
        key.stream()
            .mapToInt(each -> each.number)
            .reduce(0, (all, each) -> all << NftType.BITS | each));
    out.attributeBe32(
        NFTA_SET_KEY_LEN,
        key.size() == 1 ? key.getFirst().length : key.stream().mapToInt(NftType::padded).sum());
    out.attributeBe32(NFTA_SET_ID, id);
  }

  /**
   * Writes as many messages as the elements need.
   *
   * @param id of an anonymous set, or {@link #NAMED}
   */
  private void elements(int message, String set, int id, List<NftElement> elements) {
    boolean add = message == NFT_MSG_NEWSETELEM;
    for (int next = 0; next < elements.size(); ) {
      begin(
          message,
          add ? NLM_F_CREATE : 0,
          "%s elements of set %s, from %s on"
              .formatted(add ? "add" : "remove", set, elements.get(next).inWords()));
      out.attribute(NFTA_SET_ELEM_LIST_SET, set);
      if (id != NAMED) {
        out.attributeBe32(NFTA_SET_ELEM_LIST_SET_ID, id);
      }
      int list = out.beginNested(NFTA_SET_ELEM_LIST_ELEMENTS);
      while (next < elements.size() && out.length() - list + MOST_OF_ELEMENT <= MOST_OF_ATTRIBUTE) {
        element(elements.get(next++));
      }
      out.endNested(list);
      out.end();
    }
  }

  private void element(NftElement element) {
    int start = out.beginNested(NFTA_LIST_ELEM);
    int outer = out.beginNested(NFTA_SET_ELEM_KEY);
    int key = out.beginAttribute(NFTA_DATA_VALUE);
    for (NftValue each : element.key()) {
      int before = out.length();
      NftExpressionWriter.value(out, each);
      out.zeros(element.key().size() == 1 ? 0 : before - out.length() & 3);
    }
    out.endAttribute(key);
    out.endNested(outer);
    if (element.data() != null) {
      NftExpressionWriter.data(out, NFTA_SET_ELEM_DATA, element.data());
    }
    out.endNested(start);
  }

  /** Writes a rule, preceded by the anonymous sets that it needs. */
  private void rule(String chain, List<NftExpression> expressions) {
    int id = sets;
    for (NftExpression each : expressions) {
      if (each instanceof NftExpression.OneOf(int _, NftType type, List<NftValue> values)) {
        set(ANONYMOUS, NFT_SET_ANONYMOUS | NFT_SET_CONSTANT, List.of(type), ++sets);
        int description = out.beginNested(NFTA_SET_DESC);
        out.attributeBe32(NFTA_SET_DESC_SIZE, values.size());
        out.endNested(description);
        out.attribute(NFTA_SET_USERDATA, NftUserdata.of(List.of(type)));
        out.end();
        elements(
            NFT_MSG_NEWSETELEM, ANONYMOUS, sets, values.stream().map(NftElement::new).toList());
      }
    }
    begin(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, "add a rule to chain %s".formatted(chain));
    out.attribute(NFTA_RULE_CHAIN, chain);
    int list = out.beginNested(NFTA_RULE_EXPRESSIONS);
    for (NftExpression each : expressions) {
      id += each instanceof NftExpression.OneOf ? 1 : 0;
      NftExpressionWriter.write(out, each, ANONYMOUS, id);
    }
    out.endNested(list);
    out.end();
  }
}
