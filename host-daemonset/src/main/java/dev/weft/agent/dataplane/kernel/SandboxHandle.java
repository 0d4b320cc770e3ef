package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Netlink;
import java.nio.file.Path;
import java.util.Optional;

/** An entered namespace of a sandbox. */
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

  /** Without a free descriptor, the process cannot tell whether the sandbox exists. */
  private static Optional<SandboxHandle> gone(NetlinkException e) {
    if (e.errnoName().equals("EMFILE") || e.errnoName().equals("ENFILE")) {
      throw e;
    }
    return Optional.empty();
  }

  /**
   * Makes an interface accept addresses and routes only from Weft, without duplicate detection.
   * Weft settles the owner of an address before it sets the address.
   */
  public void quietIpv6(String interfaceName) {
    Sysctls.quietIpv6(namespace, interfaceName);
  }

  /** Enables IPv6 on an interface, if the node has IPv6. */
  public void enableIpv6(String interfaceName) {
    Sysctls.enableIpv6(namespace, interfaceName);
  }

  @Override
  public void close() {
    netlink.close();
    namespace.close();
  }
}
