package dev.weft.agent.sandbox;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The owner of addresses: a pod, which may have no sandbox yet and may outlive one, or a sandbox
 * without a pod.
 *
 * @param reference reference to it in an endpoint; with the UID of a pod, an id, or both
 */
public record AddressOwner(SandboxReference reference) {
  public AddressOwner {
    if (ownerOf(reference) == null) {
      throw new IllegalArgumentException("neither a pod nor a sandbox: " + reference);
    }
  }

  /** Identifies it among the owners of the node: the pod's UID, or else the sandbox's id. */
  public String owner() {
    return Objects.requireNonNull(ownerOf(reference), "the constructor requires it");
  }

  /** Whether it owns {@code endpoint}. */
  public boolean owns(NetworkEndpoint endpoint) {
    return owner().equals(ownerOf(endpoint));
  }

  /** Whether it is a container of an engine. */
  public boolean isContainer() {
    return reference.container() != null;
  }

  /** {@link SandboxReference#namespace()}. */
  public @Nullable String namespace() {
    return reference.namespace();
  }

  /** {@link #owner()} of the owner that {@code endpoint} names; null if it names none. */
  public static @Nullable String ownerOf(NetworkEndpoint endpoint) {
    SandboxReference reference = endpoint.getSpec() == null ? null : endpoint.getSpec().sandbox();
    return reference == null ? null : ownerOf(reference);
  }

  private static @Nullable String ownerOf(SandboxReference reference) {
    return reference.podUid() == null ? reference.id() : reference.podUid();
  }

  @Override
  public String toString() {
    if (reference.pod() != null) {
      return reference.namespace() + "/" + reference.pod();
    }
    return reference.container() == null
        ? String.valueOf(reference.id())
        : "container " + reference.container();
  }
}
