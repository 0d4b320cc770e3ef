package dev.weft.agent.attach;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Brings claimed endpoints into the kernel. */
@FunctionalInterface
public interface EndpointWirer {
  /**
   * Wires an interface of a sandbox to a network on which it holds addresses.
   *
   * @param endpoint id of the endpoint, {@link dev.weft.agent.sandbox.Sandbox#endpoint}
   * @return what keeps it from being wired, once that is known; empty: it is wired
   */
  CompletableFuture<Optional<String>> wire(String network, String endpoint);
}
