package dev.weft.agent.doctor;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.api.Defaults;
import dev.weft.api.Kernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares a node with the requirements in {@code docs/reference/requirements.md}. Pure. */
public final class Checkup {
  /** {@code linux/capability.h}. */
  private static final Map<Integer, String> CAPABILITIES =
      new LinkedHashMap<>(
          Map.of(11, "NET_BROADCAST", 12, "NET_ADMIN", 13, "NET_RAW", 21, "SYS_ADMIN"));

  private static final Set<String> OF_EVERY_NETWORK = Set.of("bridge", "veth");

  /** Smallest MTU for IPv6 (RFC 8200, section 5). */
  private static final int LEAST_IPV6_MTU = 1280;

  private static final int LOCAL_ONLY_TO_NOBODY = 8;

  private final CheckedNode facts;
  private final long descriptorsNeeded;

  /** Checks a node for an agent that needs this many file descriptors. */
  public Checkup(CheckedNode facts, long descriptorsNeeded) {
    this.facts = facts;
    this.descriptorsNeeded = descriptorsNeeded;
  }

  /** One finding for each subject, in the order of the requirements page. */
  public List<CheckResult> findings() {
    List<CheckResult> findings = new ArrayList<>();
    findings.add(capabilities());
    findings.add(features());
    findings.add(encryption());
    findings.add(ipv6());
    findings.add(underlay());
    findings.add(tunnelPort("clear tunnels", Defaults.CLEAR_PORT));
    findings.add(tunnelPort("encrypted tunnels", Defaults.ENCRYPTED_PORT));
    findings.add(ipsecPort());
    findings.add(arp());
    findings.add(bridgeFilter());
    findings.add(runtime());
    findings.add(descriptors());
    return findings;
  }

  private CheckResult capabilities() {
    String lacking =
        CAPABILITIES.entrySet().stream()
            .filter(each -> (facts.capabilities() >> each.getKey() & 1) == 0)
            .map(Map.Entry::getValue)
            .sorted()
            .collect(Collectors.joining(", "));
    return lacking.isEmpty()
        ? CheckResult.ok("capabilities", "NET_ADMIN, NET_BROADCAST, NET_RAW, SYS_ADMIN")
        : CheckResult.fail(
            "capabilities",
            "this process lacks " + lacking,
            "run it as root, in a pod with these in securityContext.capabilities.add");
  }

  private CheckResult features() {
    List<String> missing = missing();
    String release = "Linux " + facts.kernel().release();
    List<String> lacking =
        missing.stream().filter(each -> !each.startsWith("es") && !isOfEncryption(each)).toList();
    if (lacking.isEmpty()) {
      return CheckResult.ok(
          "kernel", release + ": bridge, veth, VXLAN, macvlan, 802.1Q, packet filter");
    }
    String found = "%s has no %s".formatted(release, String.join(", ", lacking));
    String cure =
        "load the modules (modprobe %s), or install the kernel's package of modules"
            .formatted(moduleNames(lacking));
    return lacking.stream().anyMatch(OF_EVERY_NETWORK::contains)
        ? CheckResult.fail("kernel", found, cure)
        : CheckResult.note("kernel", found + "; networks that need it are Stalled here", cure);
  }

  private CheckResult encryption() {
    List<String> lacking = Kernel.lacksForEncryption(facts.kernel(), false, false);
    return lacking.isEmpty()
        ? CheckResult.ok("encryption", "ESP with AES-GCM, extended sequence numbers, nft_xfrm")
        : CheckResult.note(
            "encryption",
            "the kernel has no %s; encrypted networks are Stalled here"
                .formatted(String.join(", ", lacking)),
            "load the modules (modprobe esp4 esp6 gcm nft_xfrm), or leave spec.overlay.encrypted"
                + " out");
  }

  private CheckResult ipv6() {
    return facts.ipv6()
        ? CheckResult.ok("IPv6", "the kernel has it")
        : CheckResult.note(
            "IPv6",
            "the kernel has none; networks with an IPv6 block are Stalled here",
            "start it without ipv6.disable=1, or use IPv4 blocks");
  }

  private CheckResult underlay() {
    return switch (facts.underlay()) {
      case LocalVtep.Missing(String reason) ->
          CheckResult.note(
              "tunnels start at",
              reason + "; overlays are Stalled here",
              "name the node's address in spec.underlay of the Mesh");
      case LocalVtep.Found found when found.mtu() < LEAST_IPV6_MTU ->
          CheckResult.note(
              "tunnels start at",
              "%s on %s with an MTU of %d: overlays carry no IPv6 here"
                  .formatted(found.vtep().getHostAddress(), found.interfaceName(), found.mtu()),
              "raise the MTU of " + found.interfaceName());
      case LocalVtep.Found found ->
          CheckResult.ok(
              "tunnels start at",
              "%s on %s, MTU %d"
                  .formatted(found.vtep().getHostAddress(), found.interfaceName(), found.mtu()));
    };
  }

  private CheckResult tunnelPort(String subject, int port) {
    String device = facts.tunnels().get(port);
    if (facts.udpPorts().contains(port)) {
      return CheckResult.note(
          subject,
          "a process of the node listens on UDP port %d; these overlays are Stalled here"
              .formatted(port),
          "end it (ss -ulpn sport = :%d), or choose another port in spec.ports of the Mesh"
              .formatted(port));
    }
    return device == null
        ? CheckResult.ok(subject, "UDP port %d is free".formatted(port))
        : CheckResult.note(
            subject,
            "the VXLAN device %s uses UDP port %d as well; a network with its VNI is Stalled here"
                .formatted(device, port),
            "choose another port in spec.ports, or VNIs in spec.vnis of the Mesh");
  }

  /** A running agent may itself listen on this port. */
  private CheckResult ipsecPort() {
    int port = Defaults.IPSEC_PORT;
    return facts.agentRuns() || !facts.udpPorts().contains(port)
        ? CheckResult.ok("ESP inside UDP", "UDP port %d is free, or the agent's".formatted(port))
        : CheckResult.note(
            "ESP inside UDP",
            "a process of the node listens on UDP port %d, such as an IKE daemon".formatted(port),
            "where spec.ipsecEncapsulation of the Mesh is UDP, choose another spec.ports.ipsec");
  }

  private CheckResult arp() {
    String value = facts.settings().getOrDefault("ipv4/conf/all/arp_ignore", "0");
    return value.equals(Integer.toString(LOCAL_ONLY_TO_NOBODY))
        ? CheckResult.note(
            "ARP",
            "net.ipv4.conf.all.arp_ignore is 8, so the node answers for no gateway",
            "sysctl -w net.ipv4.conf.all.arp_ignore=2")
        : CheckResult.ok("ARP", "net.ipv4.conf.all.arp_ignore is " + value);
  }

  private CheckResult bridgeFilter() {
    boolean shown =
        "1".equals(facts.settings().get("bridge/bridge-nf-call-iptables"))
            || "1".equals(facts.settings().get("bridge/bridge-nf-call-ip6tables"));
    return shown
        ? CheckResult.note(
            "node's firewall",
            "net.bridge.bridge-nf-call-iptables is 1: it also filters packets inside bridges",
            "where it drops forwarded packets, let it accept those between two ports of a bridge;"
                + " a network that it cuts names the command in its condition")
        : CheckResult.ok("node's firewall", "it filters no packet inside a bridge");
  }

  private CheckResult runtime() {
    return facts.runtimes().isEmpty()
        ? CheckResult.note(
            "container runtime",
            "there is neither an NRI socket nor a Docker engine; the agent attaches only sandboxes"
                + " of files (--sandboxes)",
            "switch NRI on in containerd or CRI-O, and mount its socket into the agent's pod")
        : CheckResult.ok(
            "container runtime",
            facts.runtimes().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", ")));
  }

  private CheckResult descriptors() {
    return facts.descriptors() >= descriptorsNeeded
        ? CheckResult.ok("file descriptors", Long.toString(facts.descriptors()))
        : CheckResult.note(
            "file descriptors",
            "%d are allowed, and an agent needs up to %d"
                .formatted(facts.descriptors(), descriptorsNeeded),
            "raise LimitNOFILE of the container runtime");
  }

  /** Names of kernel modules; the module of 802.1Q has another name than the feature. */
  private static String moduleNames(List<String> features) {
    return features.stream()
        .map(each -> each.equals("vlan") ? "8021q" : each)
        .collect(Collectors.joining(" "));
  }

  private List<String> missing() {
    List<String> missing = facts.kernel().missing();
    return missing == null ? List.of() : missing;
  }

  private static boolean isOfEncryption(String feature) {
    return feature.equals("aes-gcm") || feature.equals("nft_xfrm");
  }
}
