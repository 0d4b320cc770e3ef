package dev.weft.agent.sandbox;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.SandboxReference;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A running sandbox: a network namespace and its owner.
 *
 * @param reference the sandbox as an endpoint names it; its id distinguishes it from every other
 *     sandbox of the node
 * @param netns file of its network namespace
 * @param networks text of the attach annotation; empty if it asks for none
 * @param multus text of Multus's annotation; empty if there is none
 */
public record Sandbox(SandboxReference reference, Path netns, String networks, String multus) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

  public Sandbox {
    String id = reference.id();
    if (id == null || !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "'%.60s' is no sandbox id; it has 1 to 128 letters, digits, '.', '_', ':' or '-'"
              .formatted(id));
    }
    if (!netns.isAbsolute()) {
      throw new IllegalArgumentException(
          "netns '%s' is no absolute path; write one such as /run/netns/a".formatted(netns));
    }
  }

  /** A sandbox without Multus's annotation. */
  public Sandbox(SandboxReference reference, Path netns, String networks) {
    this(reference, netns, networks, "");
  }

  /** {@link SandboxReference#id()}. */
  public String id() {
    return Objects.requireNonNull(reference.id(), "the constructor requires it");
  }

  /** {@link SandboxReference#namespace()}. */
  public @Nullable String namespace() {
    return reference.namespace();
  }

  /** {@link SandboxReference#pod()}. */
  public @Nullable String pod() {
    return reference.pod();
  }

  /** {@link SandboxReference#podUid()}. */
  public @Nullable String podUid() {
    return reference.podUid();
  }

  /** The owner of its addresses. */
  public AddressOwner holder() {
    return new AddressOwner(reference);
  }

  /** {@link AddressOwner#owner()}. */
  public String owner() {
    return holder().owner();
  }

  /** Identifies the sandbox's endpoint behind this interface among all of the node. */
  public String endpoint(String interfaceName) {
    return endpoint(id(), interfaceName);
  }

  /** {@link #endpoint(String)} of the sandbox and interface that {@code endpoint} names. */
  public static Optional<String> idOf(NetworkEndpoint endpoint) {
    NetworkEndpointSpec spec = endpoint.getSpec();
    if (spec == null || spec.sandbox() == null || spec.sandbox().id() == null) {
      return Optional.empty();
    }
    String link = spec.interfaceName();
    return Optional.of(endpoint(spec.sandbox().id(), link == null ? "" : link));
  }

  private static String endpoint(String sandbox, String interfaceName) {
    return sandbox + ":" + interfaceName;
  }

  /** Whether {@code endpoint} belongs to this sandbox, or to its pod. */
  public boolean owns(NetworkEndpoint endpoint) {
    return holder().owns(endpoint);
  }

  @Override
  public String toString() {
    return holder().toString();
  }
}
