package dev.weft.e2e.kubelet;

import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.lab.KubeletNode;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads from the kernel the IPv4 addresses in all sandboxes of all nodes. */
final class SandboxAddresses {
  private SandboxAddresses() {}

  /**
   * An address on an interface that Weft created in a sandbox.
   *
   * @param sandbox the node, and the name of the sandbox's namespace there
   * @param pod address that the runtime itself gave the pod; empty if there is none
   */
  record Held(String sandbox, String pod, String link, String address) {}

  /** Reads the addresses of all sandboxes. */
  static List<Held> read(KubeletLab lab) {
    return lab.nodes().stream().flatMap(each -> read(each).stream()).toList();
  }

  private static List<Held> read(KubeletNode node) {
    List<Held> held = new ArrayList<>();
    Path folder = Path.of("/proc/%d/root/run/netns".formatted(node.containerd()));
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> held.addAll(read(node, file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return held;
  }

  private static List<Held> read(KubeletNode node, Path file) {
    try (NetworkNamespace namespace = NetworkNamespace.open(file);
        Netlink netlink = Netlink.open(namespace)) {
      Map<Integer, String> links =
          netlink.links().stream().collect(Collectors.toMap(Link::index, Link::name));
      Map<String, String> addresses =
          netlink.addresses().stream()
              .filter(each -> each.prefix().address() instanceof Inet4Address)
              .filter(each -> links.containsKey(each.link()))
              .collect(
                  Collectors.toMap(
                      each -> links.get(each.link()),
                      each -> each.prefix().address().getHostAddress(),
                      (one, _) -> one));
      return addresses.entrySet().stream()
          .filter(each -> each.getKey().startsWith(PodNetworks.LINK_PREFIX))
          .map(each ->
              new Held(
                  node.name() + "/" + file.getFileName(),
                  addresses.getOrDefault("eth0", ""),
                  each.getKey(),
                  each.getValue()))
          .toList();
    } catch (NetlinkException e) {
      // The sandbox was removed during the read.
      return List.of();
    }
  }
}
