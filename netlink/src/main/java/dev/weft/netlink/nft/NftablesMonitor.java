package dev.weft.netlink.nft;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Listener;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Payload;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reports changes of a namespace's packet filter ({@code NFNLGRP_NFTABLES} in
 * linux/netfilter/nfnetlink.h), including changes by this process: those of one table, or new
 * policies for forwarded packets in all tables. It reports from the moment it is open: open it
 * first, then list.
 */
public final class NftablesMonitor implements AutoCloseable {
  private static final int NFNLGRP_NFTABLES = 7;
  private static final int NFNL_SUBSYS_NFTABLES = 10;
  private static final int NFT_MSG_NEWGEN = 15;
  private static final int NFGENMSG = 4;
  private static final int NFT_MSG_NEWSETELEM = 12;
  private static final int NFT_MSG_DELSETELEM = 14;

  /** Every object but a generation names its table in the attribute of this number. */
  private static final int TABLE_NAME = 1;

  /** {@code NFTA_SET_ELEM_LIST_SET} and {@code NFTA_SET_ELEM_LIST_ELEMENTS}. */
  private static final int SET_NAME = 2;

  private static final int ELEMENTS = 3;

  /** {@code NFTA_LIST_ELEM}, {@code NFTA_SET_ELEM_KEY} and {@code NFTA_DATA_VALUE}. */
  private static final int FIRST = 1;

  private final Listener<Change> listener;

  /** The family of a table ({@code NFPROTO_*} in linux/netfilter.h). */
  public enum Family {
    INET(1),
    BRIDGE(7);

    private final int number;

    Family(int number) {
      this.number = number;
    }
  }

  /** A reported change. */
  public sealed interface Change {
    /** The table, or an object in it other than an element, was added, changed or removed. */
    record Touched() implements Change {}

    /**
     * An element of a set or map was added or removed.
     *
     * @param set name of the set
     * @param key the bytes that the kernel holds, in hexadecimal digits: the parts of a
     *     concatenation one after another, each padded to 4 bytes, a mark in the byte order of the
     *     host
     */
    record Element(String set, String key, boolean removed) implements Change {}

    /** Notifications were lost; anything may have changed. */
    record Overrun() implements Change {}
  }

  private NftablesMonitor(NetlinkSocket socket, Listener.Meaning<Change> meaning) {
    listener = new Listener<>(socket, meaning, new Change.Overrun());
    listener.join(NFNLGRP_NFTABLES);
  }

  /**
   * Watches a namespace, which may be closed afterwards.
   *
   * @param table name of the table
   * @throws NetlinkException if the kernel has no nftables
   */
  public static NftablesMonitor open(NetworkNamespace namespace, Family family, String table) {
    return new NftablesMonitor(
        namespace.call(NetlinkSocket::netfilter),
        (type, payload) -> read(type, payload, family, table));
  }

  /**
   * Watches the base chains for forwarded packets in tables of every family: new chains and new
   * policies. It ignores rules and removed chains. The namespace may be closed afterwards.
   *
   * @param but names of ignored tables
   * @throws NetlinkException if the kernel has no nftables
   */
  public static NftablesMonitor ofForwarding(NetworkNamespace namespace, Set<String> but) {
    return new NftablesMonitor(
        namespace.call(NetlinkSocket::netfilter),
        (type, payload) -> forwarding(type, payload, but));
  }

  private static @Nullable Change forwarding(int type, Payload payload, Set<String> but) {
    if (type != (NFNL_SUBSYS_NFTABLES << 8 | NfTablesH.NFT_MSG_NEWCHAIN)) {
      return null;
    }
    Attributes all = Attributes.in(payload.after(NFGENMSG));
    Payload hook = all.nested(NfTablesH.NFTA_CHAIN_HOOK).get(NfTablesH.NFTA_HOOK_HOOKNUM);
    return hook != null
            && hook.be32(0) == NftChange.Hook.FORWARD.number
            && !but.contains(all.string(TABLE_NAME))
        ? new Change.Touched()
        : null;
  }

  private static @Nullable Change read(int type, Payload payload, Family family, String table) {
    int message = type & 0xff;
    if (type >> 8 != NFNL_SUBSYS_NFTABLES
        || message == NFT_MSG_NEWGEN
        || payload.u8(0) != family.number) {
      return null;
    }
    Attributes all = Attributes.in(payload.after(NFGENMSG));
    if (!all.string(TABLE_NAME).equals(table)) {
      return null;
    }
    return message == NFT_MSG_NEWSETELEM || message == NFT_MSG_DELSETELEM
        ? element(all, message == NFT_MSG_DELSETELEM)
        : new Change.Touched();
  }

  /** The kernel reports each element in a message of its own. */
  private static Change element(Attributes all, boolean removed) {
    Payload key = all.nested(ELEMENTS).nested(FIRST).nested(FIRST).get(FIRST);
    return key == null
        ? new Change.Touched()
        : new Change.Element(all.string(SET_NAME), HexFormat.of().formatHex(key.array()), removed);
  }

  /**
   * Waits for the next change. One platform thread at a time may call this.
   *
   * @return empty when the monitor is closed, also by another thread while this one waits
   */
  public Optional<Change> next() {
    return listener.next();
  }

  /**
   * Changes reported so far, without waiting; none when the monitor is closed.
   *
   * @param most number of changes after which the next call returns the rest
   */
  public List<Change> more(int most) {
    return listener.more(most);
  }

  @Override
  public void close() {
    listener.close();
  }
}
