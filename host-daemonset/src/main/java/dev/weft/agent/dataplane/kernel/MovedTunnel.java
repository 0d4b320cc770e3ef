package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A VXLAN device that was made in the node's namespace and moved to another. It keeps its VNI and
 * port on the node, where no list of devices shows it.
 *
 * @param name the device's name there
 * @param place the namespace, such as {@code the network namespace /run/docker/netns/1-abc}
 */
public record MovedTunnel(String name, String place) {
  /** Folders of names, in order of what says most; of Docker, this is the hidden one. */
  private static final List<Path> NAMED =
      List.of(Path.of("/run/netns"), Path.of("/run/docker/netns"));

  private static final Path PROCESSES = Path.of("/proc");

  /** Bounds the search: a node has some namespace for each pod, and each a few devices. */
  private static final int NAMESPACES = 1024;

  private static final int LINKS = 256;

  /**
   * Searches the namespaces that have a name or a process, as far as the agent sees them. An agent
   * in a pod sees those below its mounts.
   */
  public static Optional<MovedTunnel> of(DeviceKind.Vxlan tunnel, HostKernel kernel) {
    Set<NetworkNamespace.Id> seen = new HashSet<>(Set.of(kernel.namespace().id()));
    for (Path file : files()) {
      if (seen.size() > NAMESPACES) {
        return Optional.empty();
      }
      Optional<String> name = find(file, tunnel, seen);
      if (name.isPresent()) {
        return Optional.of(new MovedTunnel(ForeignPort.printable(name.get()), place(file)));
      }
    }
    return Optional.empty();
  }

  private static List<Path> files() {
    List<Path> files = new ArrayList<>();
    NAMED.forEach(folder -> files.addAll(children(folder, "*")));
    children(PROCESSES, "[0-9]*").forEach(process -> files.add(process.resolve("ns/net")));
    return files;
  }

  private static List<Path> children(Path folder, String glob) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, glob)) {
      found.forEach(children::add);
    } catch (IOException e) {
      // no such engine on this node
      return List.of();
    }
    children.sort(null);
    return children;
  }

  private static Optional<String> find(
      Path file, DeviceKind.Vxlan tunnel, Set<NetworkNamespace.Id> seen) {
    try (NetworkNamespace namespace = NetworkNamespace.open(file)) {
      if (!seen.add(namespace.id())) {
        return Optional.empty();
      }
      try (Netlink netlink = Netlink.open(namespace)) {
        return netlink.links(LINKS).stream()
            .filter(link -> link.parentNamespace() >= 0 && isLike(link, tunnel))
            .map(Link::name)
            .findFirst();
      }
    } catch (NetlinkException e) {
      // the namespace ended meanwhile, or is no namespace, or holds more than the bound
      return Optional.empty();
    }
  }

  private static boolean isLike(Link link, DeviceKind.Vxlan tunnel) {
    return link.kind() instanceof LinkKind.Vxlan vxlan
        && vxlan.vni() == tunnel.vni()
        && Integer.valueOf(tunnel.port()).equals(vxlan.port());
  }

  private static String place(Path file) {
    if (!file.startsWith(PROCESSES)) {
      return "the network namespace " + file;
    }
    Path number = PROCESSES.relativize(file).getName(0);
    try {
      return "the network namespace of process %s (%s)"
          .formatted(number, Files.readString(PROCESSES.resolve(number).resolve("comm")).strip());
    } catch (IOException e) {
      return "the network namespace of process " + number;
    }
  }
}
