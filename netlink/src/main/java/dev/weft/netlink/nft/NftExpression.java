package dev.weft.netlink.nft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step of a rule. Registers are sixteen words of 4 bytes, 0 to 15 ({@code NFT_REG32_00} and on);
 * a longer value takes as many as it needs from the one that is named. A packet for which a step
 * finds nothing leaves the rule.
 */
public sealed interface NftExpression {
  /** Where in a packet ({@code enum nft_payload_bases}). */
  enum Header {
    NETWORK(1),
    TRANSPORT(2);

    final int number;

    Header(int number) {
      this.number = number;
    }
  }

  /** What is known of a packet beside its bytes ({@code enum nft_meta_keys}). */
  enum MetaKey {
    /** {@link Network} of the packet. */
    NFPROTO(15),
    /** The protocol above IP. */
    L4PROTO(16);

    final int number;

    MetaKey(int number) {
      this.number = number;
    }
  }

  /** The version of IP ({@code NFPROTO_*}). */
  enum Network {
    IPV4(2),
    IPV6(10);

    final int number;

    Network(int number) {
      this.number = number;
    }

    /** As {@link MetaKey#NFPROTO} gives it. */
    public NftValue value() {
      return new NftValue.Protocol(number);
    }
  }

  /** How a packet is refused ({@code enum nft_reject_types} and its code). */
  enum Refusal {
    /** For TCP only. */
    TCP_RESET(1, 0),
    /** In ICMP of the packet's own version. */
    PORT_UNREACHABLE(2, 1);

    final int type;
    final int code;

    Refusal(int type, int code) {
      this.type = type;
      this.code = code;
    }
  }

  /**
   * Loads bytes of the packet.
   *
   * @param offset in bytes from the start of the header
   * @param length in bytes, 1 to 16
   */
  record Payload(Header header, int offset, int length, int register) implements NftExpression {}

  /** Loads what is known of the packet. */
  record Meta(MetaKey key, int register) implements NftExpression {}

  /** Goes on if a register holds the value. */
  record Equal(int register, NftValue value) implements NftExpression {}

  /** Goes on if a register holds one of the values, which all have this type. */
  record OneOf(int register, NftType type, List<NftValue> values) implements NftExpression {
    /** Keeps a copy of {@code values}. */
    public OneOf {
      values = List.copyOf(values);
    }
  }

  /** Goes on if the set has an element of the key in a register. */
  record InSet(int register, String set) implements NftExpression {}

  /** Loads what the map gives for the key in a register. */
  record MapTo(int register, String map, int destination) implements NftExpression {}

  /** Follows the verdict that the map gives for the key in a register. */
  record VerdictMap(int register, String map) implements NftExpression {}

  /**
   * Loads a number drawn at random.
   *
   * @param modulus one more than the highest that is drawn, at least 1
   */
  record Random(int modulus, int register) implements NftExpression {}

  /** Ends the rule. */
  record Verdict(NftVerdict verdict) implements NftExpression {}

  /**
   * Sends the connection elsewhere.
   *
   * @param address register of the address
   * @param port register of the port; {@code null}: the port stays
   */
  record DestinationNat(Network network, int address, @Nullable Integer port)
      implements NftExpression {}

  /** Refuses the packet. */
  record Reject(Refusal how) implements NftExpression {}
}
