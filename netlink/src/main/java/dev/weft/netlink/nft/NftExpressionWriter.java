package dev.weft.netlink.nft;

import static dev.weft.netlink.nft.NfTablesH.*;

import dev.weft.netlink.wire.MessageWriter;

/** Writes the expressions of a rule. */
final class NftExpressionWriter {
  private NftExpressionWriter() {}

  /**
   * Writes one expression.
   *
   * @param set name of the anonymous set of a {@link NftExpression.OneOf}
   * @param id of that set in its transaction
   */
  static void write(MessageWriter out, NftExpression expression, String set, int id) {
    int start = out.beginNested(NFTA_LIST_ELEM);
    out.attribute(NFTA_EXPR_NAME, name(expression));
    int data = out.beginNested(NFTA_EXPR_DATA);
    attributes(out, expression, set, id);
    out.endNested(data);
    out.endNested(start);
  }

  private static String name(NftExpression expression) {
    return switch (expression) {
      case NftExpression.Payload _ -> "payload";
      case NftExpression.Meta _ -> "meta";
      case NftExpression.Equal _ -> "cmp";
      case NftExpression.OneOf _,
          NftExpression.InSet _,
          NftExpression.MapTo _,
          NftExpression.VerdictMap _ ->
          "lookup";
      case NftExpression.Random _ -> "numgen";
      case NftExpression.Verdict _ -> "immediate";
      case NftExpression.DestinationNat _ -> "nat";
      case NftExpression.Reject _ -> "reject";
    };
  }

  private static void attributes(MessageWriter out, NftExpression expression, String set, int id) {
    switch (expression) {
      case NftExpression.Payload load -> {
        out.attributeBe32(NFTA_PAYLOAD_DREG, register(load.register()));
        out.attributeBe32(NFTA_PAYLOAD_BASE, load.header().number);
        out.attributeBe32(NFTA_PAYLOAD_OFFSET, load.offset());
        out.attributeBe32(NFTA_PAYLOAD_LEN, load.length());
      }
      case NftExpression.Meta load -> {
        out.attributeBe32(NFTA_META_DREG, register(load.register()));
        out.attributeBe32(NFTA_META_KEY, load.key().number);
      }
      case NftExpression.Equal equal -> {
        out.attributeBe32(NFTA_CMP_SREG, register(equal.register()));
        out.attributeBe32(NFTA_CMP_OP, NFT_CMP_EQ);
        data(out, NFTA_CMP_DATA, equal.value());
      }
      case NftExpression.OneOf among -> {
        lookup(out, set, among.register());
        out.attributeBe32(NFTA_LOOKUP_SET_ID, id);
      }
      case NftExpression.InSet in -> lookup(out, in.set(), in.register());
      case NftExpression.MapTo map -> {
        lookup(out, map.map(), map.register());
        out.attributeBe32(NFTA_LOOKUP_DREG, register(map.destination()));
      }
      case NftExpression.VerdictMap map -> {
        lookup(out, map.map(), map.register());
        out.attributeBe32(NFTA_LOOKUP_DREG, NFT_REG_VERDICT);
      }
      case NftExpression.Random draw -> {
        out.attributeBe32(NFTA_NG_DREG, register(draw.register()));
        out.attributeBe32(NFTA_NG_MODULUS, draw.modulus());
        out.attributeBe32(NFTA_NG_TYPE, NFT_NG_RANDOM);
      }
      case NftExpression.Verdict end -> {
        out.attributeBe32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        data(out, NFTA_IMMEDIATE_DATA, end.verdict());
      }
      case NftExpression.DestinationNat nat -> {
        out.attributeBe32(NFTA_NAT_TYPE, NFT_NAT_DNAT);
        out.attributeBe32(NFTA_NAT_FAMILY, nat.network().number);
        out.attributeBe32(NFTA_NAT_REG_ADDR_MIN, register(nat.address()));
        if (nat.port() != null) {
          out.attributeBe32(NFTA_NAT_REG_PROTO_MIN, register(nat.port()));
          out.attributeBe32(NFTA_NAT_FLAGS, NF_NAT_RANGE_PROTO_SPECIFIED);
        }
      }
      case NftExpression.Reject reject -> {
        out.attributeBe32(NFTA_REJECT_TYPE, reject.how().type);
        out.attributeU8(NFTA_REJECT_ICMP_CODE, reject.how().code);
      }
    }
  }

  private static void lookup(MessageWriter out, String set, int register) {
    out.attribute(NFTA_LOOKUP_SET, set);
    out.attributeBe32(NFTA_LOOKUP_SREG, register(register));
  }

  private static int register(int word) {
    return NFT_REG32_00 + word;
  }

  /** Writes an attribute that holds data. */
  static void data(MessageWriter out, int type, NftData data) {
    int start = out.beginNested(type);
    switch (data) {
      case NftValue value -> {
        int inner = out.beginAttribute(NFTA_DATA_VALUE);
        value(out, value);
        out.endAttribute(inner);
      }
      case NftVerdict verdict -> {
        int inner = out.beginNested(NFTA_DATA_VERDICT);
        verdict(out, verdict);
        out.endNested(inner);
      }
    }
    out.endNested(start);
  }

  private static void verdict(MessageWriter out, NftVerdict verdict) {
    switch (verdict) {
      case NftVerdict.Accept _ -> out.attributeBe32(NFTA_VERDICT_CODE, NF_ACCEPT);
      case NftVerdict.Drop _ -> out.attributeBe32(NFTA_VERDICT_CODE, NF_DROP);
      case NftVerdict.Jump(String chain) -> {
        out.attributeBe32(NFTA_VERDICT_CODE, NFT_JUMP);
        out.attribute(NFTA_VERDICT_CHAIN, chain);
      }
      case NftVerdict.Goto(String chain) -> {
        out.attributeBe32(NFTA_VERDICT_CODE, NFT_GOTO);
        out.attribute(NFTA_VERDICT_CHAIN, chain);
      }
    }
  }

  /** Writes the bytes of a value. */
  static void value(MessageWriter out, NftValue value) {
    switch (value) {
      case NftValue.Address(var address) -> out.bytes(address.getAddress());
      case NftValue.Protocol(int number) -> out.u8(number);
      case NftValue.Port(int number) -> out.be16(number);
      case NftValue.Drawn(int number) -> out.u32(number);
    }
  }
}
