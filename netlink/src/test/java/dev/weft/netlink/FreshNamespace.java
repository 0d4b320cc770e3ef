package dev.weft.netlink;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.xfrm.Xfrm;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An empty network namespace for each test, removed at its end. */
@SuppressWarnings("NullAway.Init")
public final class FreshNamespace implements BeforeEachCallback, AfterEachCallback {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private NetworkNamespace namespace;
  private Netlink netlink;

  @Override
  public void beforeEach(ExtensionContext context) {
    try {
      namespace = another();
    } catch (NetlinkException e) {
      assumeTrue(!e.errnoName().equals("EPERM"), "making network namespaces needs root");
      throw e;
    }
    netlink = closeLater(Netlink.open(namespace));
  }

  public NetworkNamespace namespace() {
    return namespace;
  }

  public Netlink netlink() {
    return netlink;
  }

  /** Returns the namespace's IPsec tables, or skips the test if the kernel has none. */
  public Xfrm xfrm() {
    try {
      return closeLater(Xfrm.open(namespace));
    } catch (NetlinkException e) {
      assumeTrue(!e.errnoName().equals("EPROTONOSUPPORT"), "this kernel has no IPsec (XFRM)");
      throw e;
    }
  }

  public NetworkNamespace another() {
    return closeLater(NetworkNamespace.createUnnamed());
  }

  public <T extends AutoCloseable> T closeLater(T resource) {
    open.push(resource);
    return resource;
  }

  /** Creates a link, or skips the test if the kernel lacks its kind. */
  public Link addIfKernelHas(LinkSpec spec) {
    try {
      return netlink.linkAdd(spec);
    } catch (NetlinkException e) {
      assumeTrue(
          !e.errnoName().equals("EOPNOTSUPP"),
          "this kernel has no links of kind " + spec.kind().name());
      throw e;
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
