package dev.weft.netlink.xfrm;

import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A security association, which protects one direction between two hosts, without its key ({@code
 * struct xfrm_usersa_info}).
 *
 * @param id its key in the kernel
 * @param source source of its packets
 * @param mode protected part of a packet
 * @param reqid 0 to 2^32-1; policy templates refer to states by it, and its maker recognises it by
 *     it
 * @param aead its algorithm, {@code null} for others, which can be read but not created
 * @param replay replay protection
 * @param lifetime its limits
 * @param selector which packets may use it
 * @param udp ports of ESP inside UDP, {@code null} for plain ESP
 * @param outputMark the mark set on its packets, {@code null} to leave theirs ({@code
 *     XFRMA_SET_MARK})
 * @param interfaceId of the XFRM interface it belongs to, 0 for none ({@code XFRMA_IF_ID})
 * @param flags further properties
 */
public record XfrmStateSpec(
    XfrmStateId id,
    InetAddress source,
    XfrmMode mode,
    long reqid,
    @Nullable XfrmAead aead,
    XfrmReplay replay,
    XfrmLifetime lifetime,
    XfrmSelector selector,
    @Nullable XfrmUdp udp,
    @Nullable XfrmMark outputMark,
    long interfaceId,
    Set<Flag> flags) {
  /** {@code XFRM_STATE_*}, and {@code XFRM_SA_XFLAG_*} in the upper half. */
  public enum Flag {
    /** Congestion marks are not copied. */
    NO_ECN(1),
    /** The inner packet gets the outer one's DSCP. */
    DECAP_DSCP(1 << 1),
    /** The outer packet may be fragmented on its way. */
    NO_PMTU_DISCOVERY(1 << 2),
    /** Packets from any address are accepted. */
    WILD_RECEIVE(1 << 3),
    /** ICMP errors about its packets are let through. */
    ICMP(1 << 4),
    /** A tunnel's inner packets may be of any family. */
    ANY_FAMILY(1 << 5),
    /** AH headers are aligned to four bytes. */
    ALIGN4(1 << 6),
    /** The outer packet does not get the inner one's DSCP. */
    NO_ENCAP_DSCP(1 << 16),
    /** Sequence numbers may wrap. */
    SEQUENCE_MAY_WRAP(1 << 17);

    final int code;

    Flag(int code) {
      this.code = code;
    }
  }

  /** Keeps its own copy of the set. */
  public XfrmStateSpec {
    flags = Set.copyOf(flags);
  }

  boolean isIpv4() {
    return id.destination().getAddress().length == 4;
  }

  /**
   * A builder of a state in transport mode for every packet between its addresses. It uses
   * AES-256-GCM, extended sequence numbers and a window of 1024 packets, and never expires.
   */
  public static Builder of(XfrmStateId id, InetAddress source) {
    return new Builder(id, source);
  }

  /** Collects a state's properties. */
  public static final class Builder {
    private static final int WINDOW = 1024;

    private final XfrmStateId id;
    private final InetAddress source;
    private XfrmMode mode = XfrmMode.TRANSPORT;
    private long reqid;
    private XfrmAead aead = XfrmAead.AES_256_GCM;
    private XfrmReplay replay = XfrmReplay.extended(WINDOW);
    private XfrmLifetime lifetime = XfrmLifetime.FOREVER;
    private XfrmSelector selector;
    private @Nullable XfrmUdp udp;
    private @Nullable XfrmMark outputMark;
    private long interfaceId;
    private Set<Flag> flags = Set.of();

    private Builder(XfrmStateId id, InetAddress source) {
      this.id = id;
      this.source = source;
      this.selector = XfrmSelector.everything(id.destination());
    }

    /** {@link XfrmStateSpec#mode()}. */
    public Builder mode(XfrmMode value) {
      mode = value;
      return this;
    }

    /** {@link XfrmStateSpec#reqid()}. */
    public Builder reqid(long value) {
      reqid = value;
      return this;
    }

    /** {@link XfrmStateSpec#aead()}. */
    public Builder aead(XfrmAead algorithm) {
      aead = algorithm;
      return this;
    }

    /** {@link XfrmStateSpec#replay()}. */
    public Builder replay(XfrmReplay value) {
      replay = value;
      return this;
    }

    /** {@link XfrmStateSpec#lifetime()}. */
    public Builder lifetime(XfrmLifetime value) {
      lifetime = value;
      return this;
    }

    /** {@link XfrmStateSpec#selector()}. */
    public Builder selector(XfrmSelector value) {
      selector = value;
      return this;
    }

    /** {@link XfrmStateSpec#udp()}. */
    public Builder udp(XfrmUdp ports) {
      udp = ports;
      return this;
    }

    /** {@link XfrmStateSpec#outputMark()}. */
    public Builder outputMark(XfrmMark mark) {
      outputMark = mark;
      return this;
    }

    /** {@link XfrmStateSpec#interfaceId()}. */
    public Builder interfaceId(long value) {
      interfaceId = value;
      return this;
    }

    /** {@link XfrmStateSpec#flags()}. */
    public Builder flags(Flag... values) {
      flags = Set.of(values);
      return this;
    }

    /** The state with the properties collected so far. */
    public XfrmStateSpec build() {
      return new XfrmStateSpec(
          id,
          source,
          mode,
          reqid,
          aead,
          replay,
          lifetime,
          selector,
          udp,
          outputMark,
          interfaceId,
          flags);
    }
  }
}
