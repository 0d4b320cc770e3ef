package dev.weft.e2e.lab;

import dev.weft.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A node of the lab: a namespace with an agent in it. */
public final class LabNode {
  private final String name;
  private final String namespaceName;
  private final NetworkNamespace namespace;
  private final InetAddress address;
  private @Nullable JavaProgram agent;

  LabNode(String name, String namespaceName, NetworkNamespace namespace, InetAddress address) {
    this.name = name;
    this.namespaceName = namespaceName;
    this.namespace = namespace;
    this.address = address;
  }

  /** Name of its Node object. */
  public String name() {
    return name;
  }

  /** Name of its namespace, for {@code ip netns exec}. */
  public String namespaceName() {
    return namespaceName;
  }

  /** Its namespace. */
  public NetworkNamespace namespace() {
    return namespace;
  }

  /** Its address on the wire. */
  public InetAddress address() {
    return address;
  }

  /** The process of its agent. */
  public JavaProgram agent() {
    if (agent == null) {
      throw new IllegalStateException(name + " has no agent yet");
    }
    return agent;
  }

  void agent(JavaProgram started) {
    agent = started;
  }

  /** Folder of the sandbox files that the node's agent reads. */
  static Path sandboxes(Path state, String node) {
    return state.resolve("sandboxes").resolve(node);
  }
}
