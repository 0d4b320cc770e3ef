package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Netlink;
import java.nio.file.Path;
import java.util.Optional;

/** A sandbox's namespace, entered. */
public record SandboxHandle(NetworkNamespace namespace, Netlink netlink) implements AutoCloseable {
  static Optional<SandboxHandle> open(String file) {
    NetworkNamespace namespace;
    try {
      namespace = NetworkNamespace.inhabit(Path.of(file));
    } catch (NetlinkException e) {
      return gone(e);
    }
    try {
      return Optional.of(new SandboxHandle(namespace, Netlink.open(namespace)));
    } catch (NetlinkException e) {
      namespace.close();
      return gone(e);
    }
  }

  /** A process without a free descriptor knows nothing of the sandbox. */
  private static Optional<SandboxHandle> gone(NetlinkException e) {
    if (e.errnoName().equals("EMFILE") || e.errnoName().equals("ENFILE")) {
      throw e;
    }
    return Optional.empty();
  }

  /**
   * Has an interface take addresses and routes only from us, and use its own at once: the owner of
   * an address is settled before it is set.
   */
  public void quietIpv6(String interfaceName) {
    Sysctls.quietIpv6(namespace, interfaceName);
  }

  /** Has an interface have IPv6, where the node has it. */
  public void enableIpv6(String interfaceName) {
    Sysctls.enableIpv6(namespace, interfaceName);
  }

  @Override
  public void close() {
    netlink.close();
    namespace.close();
  }
}
