package dev.weft.agent.node;

import dev.weft.api.Defaults;
import dev.weft.api.Kernel;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.xfrm.EspInUdpSocket;
import dev.weft.netlink.xfrm.Xfrm;
import dev.weft.netlink.xfrm.XfrmKey;
import dev.weft.netlink.xfrm.XfrmReplay;
import dev.weft.netlink.xfrm.XfrmStateId;
import dev.weft.netlink.xfrm.XfrmStateSpec;
import dev.weft.netlink.xfrm.XfrmUdp;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tests the kernel's capabilities by using them, in a temporary namespace. */
public final class KernelSurvey {
  private static final Logger LOG = LoggerFactory.getLogger(KernelSurvey.class);
  private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");

  private static final String NO_SUCH_PROTOCOL = "EPROTONOSUPPORT";
  private static final int TRY_VNI = 4096;
  private static final int TRY_VLAN = 2;
  private static final long TRY_SPI = 0x1000;
  private static final int KEY_BYTES = 36;

  /** A rule for each module of the packet filter that only some networks need. */
  static final Map<String, String> FILTER_RULES =
      Map.of(
          "nft_xfrm", "ipsec in reqid 1 accept",
          "nft_fib_inet", "meta iifkind { \"veth\" } fib saddr . iif oif missing drop",
          "nft_socket", "socket transparent 1 return");

  private KernelSurvey() {}

  /** Capabilities of the running kernel. */
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
      encryption(namespace, missing);
      missing.addAll(refused(namespace, FILTER_RULES));
    }
    return List.copyOf(missing);
  }

  private static void encryption(NetworkNamespace namespace, List<String> missing) {
    try (Xfrm xfrm = Xfrm.open(namespace)) {
      lackForEncryption(xfrm).ifPresent(missing::add);
      if (!missing.contains("aes-gcm") && refusal(xfrm, state("::1").build()).isPresent()) {
        missing.add("esp6");
      }
      // where the kernel lacks plain ESP, only that is reported as missing
      if (Kernel.lacksForEncryption(new Kernel(null, missing), false, false).isEmpty()
          && !takesEspInUdp(namespace, xfrm, "0.0.0.0")) {
        missing.add("esp-in-udp");
      }
      if (Kernel.lacksForEncryption(new Kernel(null, missing), true, false).isEmpty()
          && !takesEspInUdp(namespace, xfrm, "::")) {
        missing.add("esp6-in-udp");
      }
    } catch (NetlinkException e) {
      LOG.atDebug().setCause(e).log("the kernel has no IPsec");
      missing.addAll(List.of("esp", "esp6"));
    }
  }

  /** Names of the features whose rule the packet filter refuses, each tried by itself. */
  static List<String> refused(NetworkNamespace namespace, Map<String, String> rules) {
    List<String> refused = new ArrayList<>();
    try (Nftables nftables = Nftables.open(namespace)) {
      rules.forEach((feature, rule) -> {
        try {
          nftables.runPlain("table inet try { chain try { %s; }; }".formatted(rule));
        } catch (NftablesException e) {
          LOG.atDebug().setCause(e).log("the packet filter has no {}", feature);
          refused.add(feature);
        }
      });
    }
    return refused;
  }

  private static boolean takesEspInUdp(NetworkNamespace namespace, Xfrm xfrm, String any) {
    int port = Defaults.IPSEC_PORT;
    try (EspInUdpSocket _ = EspInUdpSocket.open(namespace, InetAddress.ofLiteral(any), port)) {
      return refusal(xfrm, state(any).udp(new XfrmUdp(port, port)).build()).isEmpty();
    } catch (NetlinkException e) {
      LOG.atDebug().setCause(e).log("the kernel does not take ESP in UDP at {}", any);
      return false;
    }
  }

  private static Optional<String> lackForEncryption(Xfrm xfrm) {
    XfrmStateSpec.Builder state = state("127.0.0.1");
    return refusal(xfrm, state.build())
        .map(errno ->
            errno.equals(NO_SUCH_PROTOCOL)
                ? "esp"
                : refusal(xfrm, state.replay(XfrmReplay.OFF).build()).isEmpty()
                    ? "esn"
                    : "aes-gcm");
  }

  /** A state with the properties that encrypted networks use. */
  private static XfrmStateSpec.Builder state(String address) {
    InetAddress self = InetAddress.ofLiteral(address);
    return XfrmStateSpec.of(XfrmStateId.esp(self, TRY_SPI), self);
  }

  private static Optional<String> refusal(Xfrm xfrm, XfrmStateSpec state) {
    try {
      xfrm.stateAdd(state, XfrmKey.copyOf(new byte[KEY_BYTES]));
      return Optional.empty();
    } catch (NetlinkException e) {
      LOG.atDebug().setCause(e).log("the kernel does not take {}", state.id());
      return Optional.of(e.errnoName());
    }
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
