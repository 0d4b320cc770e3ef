package dev.weft.e2e.lab;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of a {@link KubeletLab}: a namespace with a kubelet, a containerd and an agent in it. */
public final class KubeletNode {
  private final String name;
  private final String namespaceName;
  private final NetworkNamespace namespace;
  private final Path folder;
  private @Nullable JavaProgram agent;

  private KubeletNode(String name, String namespaceName, Path folder) {
    this.name = name;
    this.namespaceName = namespaceName;
    this.namespace = NetworkNamespace.named(namespaceName);
    this.folder = folder;
  }

  static KubeletNode open(StateDirectory state, String name) {
    return new KubeletNode(
        name,
        "weft-%s-%s".formatted(state.path().getFileName(), name),
        state.path().resolve("kube/nodes").resolve(name));
  }

  /** Name of its Node object. */
  public String name() {
    return name;
  }

  /** Name of its network namespace, for {@code ip netns exec}. */
  public String namespaceName() {
    return namespaceName;
  }

  /** Its network namespace. */
  public NetworkNamespace namespace() {
    return namespace;
  }

  /** Its address on the LAN of the nodes, a /24. */
  public InetAddress address() {
    return InetAddress.ofLiteral(read("address"));
  }

  /** Its containerd's NRI socket. */
  public Path nri() {
    return folder.resolve("nri/nri.sock");
  }

  /** Its containerd's CRI socket. */
  public Path cri() {
    return folder.resolve("runctd/containerd.sock");
  }

  /** Process id of its containerd. */
  public long containerd() {
    return read("pids")
        .lines()
        .map(each -> each.split(" ", -1))
        .filter(each -> each[0].equals("containerd"))
        .mapToLong(each -> Long.parseLong(each[1]))
        .findFirst()
        .orElseThrow();
  }

  /** The process of its agent, which can be killed and restarted. */
  public JavaProgram agent() {
    if (agent == null) {
      throw new IllegalStateException(name + " has no agent yet");
    }
    return agent;
  }

  void agent(JavaProgram started) {
    agent = started;
  }

  /** Command that enters the namespaces of the node's containerd and kubelet. */
  public List<String> entrance() {
    return List.of(
        "nsenter",
        "--mount=/proc/%d/ns/mnt".formatted(containerd()),
        "--net=/run/netns/" + namespaceName);
  }

  private String read(String file) {
    try {
      return Files.readString(folder.resolve(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
