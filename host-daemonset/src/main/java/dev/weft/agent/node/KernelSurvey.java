package dev.weft.agent.node;

import dev.weft.api.Kernel;
import dev.weft.netlink.LinkKind;
import dev.weft.netlink.LinkSpec;
import dev.weft.netlink.Netlink;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out what the kernel can do by doing it, in a namespace that is gone after. */
public final class KernelSurvey {
  private static final Logger LOG = LoggerFactory.getLogger(KernelSurvey.class);
  private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");
  private static final int TRY_VNI = 4096;
  private static final int TRY_VLAN = 2;

  private KernelSurvey() {}

  /** The running kernel. */
  public static Kernel kernel() {
    return new Kernel(release(), missing());
  }

  private static String release() {
    try {
      return Files.readString(RELEASE).strip();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("cannot read {}", RELEASE);
      return "unknown";
    }
  }

  private static List<String> missing() {
    List<String> missing = new ArrayList<>();
    try (NetworkNamespace namespace = NetworkNamespace.createUnnamed();
        Netlink netlink = Netlink.open(namespace)) {
      check(netlink, missing, "bridge", new LinkKind.Bridge());
      check(netlink, missing, "vxlan", LinkKind.Vxlan.vni(TRY_VNI).build());
      check(netlink, missing, "veth", new LinkKind.Veth("peer"));
      int parent = netlink.link("veth").or(() -> netlink.link("lo")).orElseThrow().index();
      check(
          netlink, missing, "macvlan", new LinkKind.Macvlan(parent, LinkKind.Macvlan.Mode.BRIDGE));
      check(netlink, missing, "vlan", new LinkKind.Vlan(parent, TRY_VLAN));
    }
    return List.copyOf(missing);
  }

  private static void check(Netlink netlink, List<String> missing, String name, LinkKind kind) {
    try {
      netlink.linkAdd(LinkSpec.of(name, kind));
    } catch (NetlinkException e) {
      LOG.atDebug().setCause(e).log("the kernel has no {}", name);
      missing.add(name);
    }
  }
}
