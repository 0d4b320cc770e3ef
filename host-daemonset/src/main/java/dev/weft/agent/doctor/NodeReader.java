package dev.weft.agent.doctor;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.agent.node.KernelSurvey;
import dev.weft.api.Kernel;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the facts of the node, in the network namespace of the calling thread. */
public final class NodeReader {
  private static final Path SYSCTLS = Path.of("/proc/sys/net");
  private static final List<String> SETTINGS =
      List.of(
          "ipv4/conf/all/arp_ignore",
          "bridge/bridge-nf-call-iptables",
          "bridge/bridge-nf-call-ip6tables");
  private static final Map<String, String> RUNTIMES =
      Map.of("--nri", "/run/nri/nri.sock", "--docker", "/run/docker.sock");
  private static final int HEX = 16;

  private NodeReader() {}

  /**
   * Reads the node; changes nothing.
   *
   * @param listen address on which an agent would listen
   * @param descriptors number of file descriptors that a process may open
   * @throws IOException if {@code /proc} cannot be read
   */
  public static CheckedNode read(InetSocketAddress listen, long descriptors) throws IOException {
    return new CheckedNode(
        capabilities(),
        kernel(),
        Files.exists(SYSCTLS.resolve("ipv6")),
        settings(),
        udpPorts(),
        tunnels(),
        isTaken(listen),
        underlay(),
        runtimes(),
        descriptors);
  }

  private static long capabilities() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("CapEff:"))
          .findFirst()
          .map(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), HEX))
          .orElse(0L);
    }
  }

  /**
   * Missing features are unknown without the right to create a namespace, which the capabilities
   * report.
   */
  private static Kernel kernel() {
    try {
      return KernelSurvey.kernel();
    } catch (NetlinkException e) {
      return new Kernel(System.getProperty("os.version"), null);
    }
  }

  private static Map<String, String> settings() throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (String each : SETTINGS) {
      Path file = SYSCTLS.resolve(each);
      if (Files.exists(file)) {
        settings.put(each, Files.readString(file).strip());
      }
    }
    return settings;
  }

  /**
   * Ports of processes. Sockets of the kernel itself, such as those of VXLAN devices, are not in
   * these files.
   */
  private static Set<Integer> udpPorts() throws IOException {
    Set<Integer> ports = new HashSet<>();
    for (String name : List.of("udp", "udp6")) {
      Path file = Path.of("/proc/thread-self/net", name);
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          String[] words = line.strip().split("\\s+", 3);
          int colon = words.length < 2 ? -1 : words[1].lastIndexOf(':');
          if (colon > 0 && words[0].endsWith(":")) {
            ports.add(Integer.parseInt(words[1].substring(colon + 1), HEX));
          }
        }
      }
    }
    return ports;
  }

  private static Map<Integer, String> tunnels() {
    Map<Integer, String> tunnels = new HashMap<>();
    try (NetworkNamespace here = NetworkNamespace.current();
        Netlink netlink = Netlink.open(here)) {
      for (Link link : netlink.links()) {
        if (link.kind() instanceof LinkKind.Vxlan vxlan && !DataPlane.isOurs(link)) {
          tunnels.put(vxlan.port(), link.name());
        }
      }
    }
    return tunnels;
  }

  private static boolean isTaken(InetSocketAddress listen) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(listen);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static LocalVtep underlay() {
    try (DataPlane dataPlane = DataPlane.open(new KeyFile(Path.of(KeyFile.DEFAULT)))) {
      return dataPlane.underlay(
          new UnderlayChoice(
              List.of(), Optional.empty(), Optional.empty(), List.of(), Optional.empty()));
    }
  }

  private static Map<String, String> runtimes() {
    Map<String, String> found = new HashMap<>();
    RUNTIMES.forEach((option, socket) -> {
      if (Files.exists(Path.of(socket))) {
        found.put(option, socket);
      }
    });
    return found;
  }
}
