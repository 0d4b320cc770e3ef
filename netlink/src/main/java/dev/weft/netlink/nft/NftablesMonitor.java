package dev.weft.netlink.nft;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Listener;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Payload;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reports changes of one table of a namespace's packet filter ({@code NFNLGRP_NFTABLES} in
 * linux/netfilter/nfnetlink.h), also those that this process makes. It reports from the moment it
 * is open, so open it first and list then. Changes of other tables are passed over.
 */
public final class NftablesMonitor implements AutoCloseable {
  private static final int NFNLGRP_NFTABLES = 7;
  private static final int NFNL_SUBSYS_NFTABLES = 10;
  private static final int NFT_MSG_NEWGEN = 15;
  private static final int NFGENMSG = 4;
  private static final int NFPROTO_INET = 1;

  /** Every object but a generation names its table in the attribute of this number. */
  private static final int TABLE_NAME = 1;

  private final Listener<Change> listener;

  /** What is known of a change. */
  public enum Change {
    /** The table, or anything in it, was added, changed or removed. */
    TOUCHED,
    /** Notifications were lost; anything may have changed. */
    OVERRUN
  }

  private NftablesMonitor(NetlinkSocket socket, String table) {
    listener =
        new Listener<>(socket, (type, payload) -> read(type, payload, table), Change.OVERRUN);
    listener.join(NFNLGRP_NFTABLES);
  }

  /**
   * Watches a namespace, which may be closed after.
   *
   * @param table name of a table of the family {@code inet}
   * @throws NetlinkException if the kernel has no nftables
   */
  public static NftablesMonitor open(NetworkNamespace namespace, String table) {
    return new NftablesMonitor(namespace.call(NetlinkSocket::netfilter), table);
  }

  private static @Nullable Change read(int type, Payload payload, String table) {
    boolean ours =
        type >> 8 == NFNL_SUBSYS_NFTABLES
            && (type & 0xff) != NFT_MSG_NEWGEN
            && payload.u8(0) == NFPROTO_INET
            && Attributes.in(payload.after(NFGENMSG)).string(TABLE_NAME).equals(table);
    return ours ? Change.TOUCHED : null;
  }

  /**
   * Waits for the next change. To be called by one platform thread at a time.
   *
   * @return empty when the monitor is closed, also by another thread while this one waits
   */
  public Optional<Change> next() {
    return listener.next();
  }

  /**
   * The changes by now, without waiting; none when the monitor is closed.
   *
   * @param most the number after which the rest waits for the next call
   */
  public List<Change> more(int most) {
    return listener.more(most);
  }

  @Override
  public void close() {
    listener.close();
  }
}
