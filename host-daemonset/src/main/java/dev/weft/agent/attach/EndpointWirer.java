package dev.weft.agent.attach;

import dev.weft.agent.attach.claim.AttachError;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Creates claimed endpoints in the kernel. */
@FunctionalInterface
public interface EndpointWirer {
  /**
   * Wires an interface of a sandbox to a network on which it holds addresses.
   *
   * @param endpoint id of the endpoint, {@link dev.weft.agent.sandbox.Sandbox#endpoint}
   * @return completes with the reason why the endpoint is not wired; empty if it is
   */
  CompletableFuture<Optional<AttachError>> wire(String network, String endpoint);
}
