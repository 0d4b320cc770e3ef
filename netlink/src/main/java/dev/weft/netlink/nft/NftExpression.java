package dev.weft.netlink.nft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step of a rule. Registers are sixteen words of 4 bytes, 0 to 15 ({@code NFT_REG32_00} and on);
 * a longer value fills consecutive registers from the named one. A step that finds nothing ends the
 * rule for that packet.
 */
public sealed interface NftExpression {
  /** Header that an offset counts from ({@code enum nft_payload_bases}). */
  enum Header {
    NETWORK(1),
    TRANSPORT(2);

    final int number;

    Header(int number) {
      this.number = number;
    }
  }

  /** Metadata of a packet ({@code enum nft_meta_keys}). */
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

    /** Value that {@link MetaKey#NFPROTO} loads. */
    public NftValue value() {
      return new NftValue.Protocol(number);
    }
  }

  /** Kind of rejection ({@code enum nft_reject_types} and its code). */
  enum Refusal {
    /** TCP reset; for TCP only. */
    TCP_RESET(1, 0),
    /** ICMP "port unreachable", in the IP version of the packet. */
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

  /** Loads metadata of the packet. */
  record Meta(MetaKey key, int register) implements NftExpression {}

  /** Continues if a register equals the value. */
  record Equal(int register, NftValue value) implements NftExpression {}

  /** Continues if a register equals one of the values, which all have this type. */
  record OneOf(int register, NftType type, List<NftValue> values) implements NftExpression {
    /** Keeps a copy of {@code values}. */
    public OneOf {
      values = List.copyOf(values);
    }
  }

  /** Continues if the set contains the key in a register. */
  record InSet(int register, String set) implements NftExpression {}

  /** Loads the data of the map for the key in a register. */
  record MapTo(int register, String map, int destination) implements NftExpression {}

  /** Follows the verdict of the map for the key in a register. */
  record VerdictMap(int register, String map) implements NftExpression {}

  /**
   * Loads a random number.
   *
   * @param modulus upper bound, exclusive; at least 1
   */
  record Random(int modulus, int register) implements NftExpression {}

  /** Ends the rule with a verdict. */
  record Verdict(NftVerdict verdict) implements NftExpression {}

  /**
   * Redirects the connection to another destination.
   *
   * @param address register of the address
   * @param port register of the port; {@code null} keeps the port
   */
  record DestinationNat(Network network, int address, @Nullable Integer port)
      implements NftExpression {}

  /** Refuses the packet. */
  record Reject(Refusal how) implements NftExpression {}
}
