package dev.weft.agent.services;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.NftBatch;
import dev.weft.netlink.nft.NftChange;
import java.nio.file.Path;
import java.util.List;

/** Writes the balancing tables of sandboxes. */
@FunctionalInterface
public interface BalancingTables {
  /**
   * Changes a sandbox's table in one transaction. Reads nothing from the sandbox, because its pod
   * can write its tables.
   *
   * @param sandbox file of its network namespace
   * @throws RuntimeException with a message for the user; nothing has changed then
   */
  void change(Path sandbox, List<NftChange> changes);

  /** Tables in this node's kernel. */
  static BalancingTables inKernel() {
    return (sandbox, changes) -> {
      try (NetworkNamespace namespace = NetworkNamespace.open(sandbox)) {
        new NftBatch(BalancingTable.NAME, changes).commit(namespace);
      }
    };
  }
}
