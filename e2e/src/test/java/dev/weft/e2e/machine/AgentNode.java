package dev.weft.e2e.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.Kernel;
import dev.weft.api.OverlayTunnel;
import dev.weft.api.Subnet;
import dev.weft.e2e.net.Capture;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.xfrm.Xfrm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node: a namespace on the wire, the agent's data plane with its driver, and one sandbox on each
 * network.
 */
final class AgentNode implements AutoCloseable {
  static final int CLEAR_PORT = 4789;
  static final int SECRET_PORT = 4790;
  static final int SECRET_VNI = 4097;

  /** Local address and port in what {@code ss} prints of a socket. */
  private static final Pattern UDP_PORT = Pattern.compile("(\\S+):(\\d+)\\s+\\S+:\\*");

  private static final LinkSettings UP = LinkSettings.builder().up(true).build();

  private final String name;
  private final int number;
  private final Ends ends;
  private final PaperMesh mesh;
  private final KeyFile keys;
  private final NetworkNamespace namespace;
  private final NetworkNamespace sandbox;
  private final Netlink netlink;
  private final Xfrm xfrm;
  private final Map<Network, List<AgentNode>> networks = new ConcurrentHashMap<>();
  private volatile @Nullable PaperAgent agent;
  private volatile long volume = Long.MAX_VALUE;

  /** A network, with the values that distinguish it from others. */
  enum Network {
    CLEAR(1, CLEAR_PORT, 4096, false),
    SECRET(2, SECRET_PORT, SECRET_VNI, true);

    private final int number;
    private final int port;
    private final int vni;
    private final boolean encrypted;

    Network(int number, int port, int vni, boolean encrypted) {
      this.number = number;
      this.port = port;
      this.vni = vni;
      this.encrypted = encrypted;
    }

    String uid() {
      return "%08x-0000-4000-8000-000000000000".formatted(number);
    }

    String link() {
      return "eth" + number;
    }
  }

  AgentNode(int number, Ends ends, PaperMesh mesh, Path folder) {
    this.number = number;
    this.ends = ends;
    this.mesh = mesh;
    name = "n" + number;
    keys = new KeyFile(folder.resolve(name));
    namespace = NetworkNamespace.create(full("node"));
    sandbox = NetworkNamespace.create(full("pod"));
    netlink = Netlink.open(namespace);
    xfrm = Xfrm.open(namespace);
    mesh.join(this);
  }

  private String full(String kind) {
    return "weft-test-%d-%s%d".formatted(ProcessHandle.current().pid(), kind, number);
  }

  String name() {
    return name;
  }

  NetworkNamespace sandbox() {
    return sandbox;
  }

  Path sandboxFile() {
    return Path.of("/run/netns", full("pod"));
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  Xfrm xfrm() {
    return xfrm;
  }

  KeyFile keys() {
    return keys;
  }

  Link wire() {
    return netlink.link("eth0").orElseThrow();
  }

  /** Address to which peers send. */
  InetAddress vtep() {
    return ends.published();
  }

  /** Its sandbox's address on a network. */
  InetAddress inside(Network network) {
    return InetAddress.ofLiteral("10.%d.0.%d".formatted(76 + network.number, number));
  }

  /** The values that identify the node's states. */
  Set<Long> spis() {
    return xfrm.states().stream()
        .map(state -> state.spec().id().spi())
        .filter(spi -> spi != 0)
        .collect(Collectors.toSet());
  }

  /** The UDP ports in use at an address of the node. */
  Set<Integer> udpPorts() {
    return UDP_PORT
        .matcher(command("ss", "-Hlnu"))
        .results()
        .filter(found -> !List.of("0.0.0.0", "[::]", "*").contains(found.group(1)))
        .map(found -> Integer.valueOf(found.group(2)))
        .collect(Collectors.toSet());
  }

  /** MTU of the tunnel of a network. */
  int mtu(Network network) {
    return netlink.links().stream()
        .filter(link -> link.kind() instanceof LinkKind.Vxlan vxlan && vxlan.vni() == network.vni)
        .findFirst()
        .orElseThrow()
        .mtu();
  }

  /** Opens the node's data plane. */
  DataPlane dataPlane() {
    return DataPlane.open(Path.of("/run/netns", full("node")), keys);
  }

  /** Does only what an agent does before it knows the cluster. */
  DataPlane resume() {
    DataPlane plane = dataPlane();
    plane.resume();
    return plane;
  }

  /** Changes that a dry run in another process would make. */
  List<Change> plan() {
    try (DataPlane plane = dataPlane()) {
      return plane.plan(nodeSpec());
    }
  }

  /** Lays a wire to a switch's port, and gives the node its address on it. */
  void wireTo(Netlink ports) {
    plug(ports, name, namespace);
    int eth0 = wire().index();
    netlink.linkSet(netlink.link("lo").orElseThrow().index(), UP);
    netlink.linkSet(eth0, UP);
    boolean ipv6 = ends.local() instanceof Inet6Address;
    IpPrefix prefix = new IpPrefix(ends.local(), ipv6 ? 64 : 24);
    netlink.addressAdd(
        ipv6 ? Address.of(eth0, prefix, Address.Flag.NODAD) : Address.of(eth0, prefix));
  }

  /** Lays a wire from a switch's new port to {@code eth0} of a namespace. */
  static void plug(Netlink ports, String port, NetworkNamespace namespace) {
    LinkSettings there = LinkSettings.builder().namespace(namespace).build();
    ports.linkAdd(LinkSpec.of(port, new LinkKind.Veth(new LinkKind.Veth.Peer("eth0", there))));
    int lan = ports.link("lan").orElseThrow().index();
    ports.linkSet(
        ports.link(port).orElseThrow().index(),
        LinkSettings.builder().master(lan).up(true).build());
  }

  /** Makes the node carry a network with these peers, from its next pass on. */
  void carry(Network network, AgentNode... others) {
    networks.put(network, List.of(others));
    look(PassScope.EVERYTHING);
  }

  void drop(Network network) {
    networks.remove(network);
    look(PassScope.EVERYTHING);
  }

  /** Limits new keys to this many bytes. */
  void volume(long bytes) {
    volume = bytes;
  }

  /** Starts the agent. */
  void start() {
    agent = new PaperAgent(this, mesh);
    look(PassScope.EVERYTHING);
  }

  /** Kills the agent, which does nothing more. */
  void kill() {
    PaperAgent it = agent;
    agent = null;
    if (it != null) {
      it.close();
    }
  }

  void lookAtKeys() {
    look(PassScope.KEYS);
  }

  private void look(PassScope scope) {
    PaperAgent it = agent;
    if (it != null) {
      it.ask(scope);
    }
  }

  /** Problems of the last pass. */
  List<Problem> problems() {
    PaperAgent it = agent;
    return it == null ? List.of() : it.problems();
  }

  /** Repairs since the agent started, by network. */
  Map<String, List<String>> repaired() {
    PaperAgent it = agent;
    return it == null ? Map.of() : it.repaired();
  }

  /** The node's desired networks. */
  NodeSpec nodeSpec() {
    Map<String, NetworkSpec> specs = new HashMap<>();
    networks.forEach((network, others) -> specs.put(network.name(), nodeSpec(network, others)));
    return new NodeSpec(
        name,
        Optional.of(ends.local()),
        specs,
        true,
        networks.containsKey(Network.SECRET)
            ? Optional.of(
                new KeySpec(
                    mesh.target(this),
                    mesh.published(),
                    volume,
                    new Kernel(null, null),
                    Optional.of(ends.published())))
            : Optional.empty());
  }

  private NetworkSpec nodeSpec(Network network, List<AgentNode> others) {
    LocalEndpoint local =
        new LocalEndpoint(
            name + "." + network.link(),
            sandboxFile(),
            network.link(),
            Macs.of(inside(network)),
            List.of(new IpPrefix(inside(network), 24)),
            false);
    return new NetworkSpec(
        network.uid(),
        HostNetworkSpecBuilder.builder()
            .network(network.name())
            .networkUid(network.uid())
            .node(name)
            .driver("overlay")
            .interfacePrefix("eth")
            .subnets(
                List.of(
                    new Subnet(
                        "10.%d.0.0/24".formatted(76 + network.number), null, null, null, null)))
            .overlay(new OverlayTunnel(network.vni, network.port, network.encrypted))
            .build(),
        Map.of(local.id(), local),
        others.stream()
            .collect(
                Collectors.toMap(
                    AgentNode::name,
                    other ->
                        new RemoteEndpoint(
                            other.inside(network), Macs.of(other.inside(network)), other.vtep()))));
  }

  /** Whether the sandbox has its interface on a network. */
  boolean hasSandboxOn(Network network) {
    try (Netlink handle = Netlink.open(sandbox)) {
      return handle.link(network.link()).isPresent();
    }
  }

  /** Captures the frames of a network that reach the sandbox. */
  Capture captureInside(Network network) {
    try (Netlink handle = Netlink.open(sandbox)) {
      return Capture.open(sandbox, handle.link(network.link()).orElseThrow().index());
    }
  }

  /** Runs a command on the node, which must succeed, and returns its output. */
  String command(String... line) {
    try {
      return namespace.<String, Exception>call(() -> {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
          throw new IllegalStateException(String.join(" ", line) + ": " + said);
        }
        return said;
      });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The node's packet filter, in nft's language. */
  String ruleset() {
    try (Nftables nftables = Nftables.open(namespace)) {
      return nftables.runPlain("list ruleset");
    }
  }

  /** The counters of {@code /proc/net/xfrm_stat}, all of which count errors. */
  String errors() {
    try {
      return namespace.<String, IOException>call(
          () -> Files.readString(Path.of("/proc/thread-self/net/xfrm_stat")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
    xfrm.close();
    netlink.close();
    namespace.close();
    sandbox.close();
    NetworkNamespace.delete(full("node"));
    NetworkNamespace.delete(full("pod"));
  }
}
