package dev.weft.agent.services;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.NftBatch;
import dev.weft.netlink.nft.NftChange;
import java.nio.file.Path;
import java.util.List;

/** The way to the balancing tables of sandboxes. */
@FunctionalInterface
public interface BalancingTables {
  /**
   * Changes a sandbox's table in one transaction. Reads nothing of the sandbox, whose tables are
   * the pod's to write.
   *
   * @param sandbox file of its network namespace
   * @throws RuntimeException with a message for the user; nothing has changed then
   */
  void change(Path sandbox, List<NftChange> changes);

  /** Those in this node's kernel. */
  static BalancingTables inKernel() {
    return (sandbox, changes) -> {
      try (NetworkNamespace namespace = NetworkNamespace.open(sandbox)) {
        new NftBatch(BalancingTable.NAME, changes).commit(namespace);
      }
    };
  }
}
