package dev.weft.agent;

import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.NetworkEndpoint;

/** Asks the loop for passes over endpoints of this node. */
record EndpointRequests(EndpointCaches endpoints, Loop loop) {
  /** An endpoint is to be made in its sandbox; one that is reserved for a pod is in none yet. */
  void make(NetworkEndpoint endpoint) {
    Sandbox.idOf(endpoint)
        .ifPresent(id -> loop.ask(PassScope.endpoint(EndpointCaches.networkOf(endpoint), id)));
  }

  /** The status of an endpoint is to be looked at, or whether it still has an owner. */
  void review(NetworkEndpoint endpoint) {
    loop.ask(
        PassScope.endpoint(EndpointCaches.networkOf(endpoint), endpoint.getMetadata().getName()));
  }

  /** What is reserved for a pod, by its UID, may have lost its owner. */
  void reviewReserved(String pod) {
    endpoints.reserved(pod).forEach(this::review);
  }

  /** What is reserved for any pod may have lost its owner. */
  void reviewReserved() {
    endpoints.reserved().forEach(this::review);
  }
}
