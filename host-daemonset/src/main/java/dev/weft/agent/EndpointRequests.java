package dev.weft.agent;

import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.NetworkEndpoint;

/** Requests passes of the loop over endpoints of this node. */
record EndpointRequests(EndpointCaches endpoints, Loop loop) {
  /**
   * Requests creation of an endpoint in its sandbox. An endpoint reserved for a pod has no sandbox
   * yet.
   */
  void make(NetworkEndpoint endpoint) {
    Sandbox.idOf(endpoint)
        .ifPresent(id -> loop.ask(PassScope.endpoint(EndpointCaches.networkOf(endpoint), id)));
  }

  /** Requests a review of an endpoint's status and owner. */
  void review(NetworkEndpoint endpoint) {
    loop.ask(
        PassScope.endpoint(EndpointCaches.networkOf(endpoint), endpoint.getMetadata().getName()));
  }

  /**
   * Requests a review of the endpoints reserved for a pod, by its UID: they may have no owner left.
   */
  void reviewReserved(String pod) {
    endpoints.reserved(pod).forEach(this::review);
  }

  /** Requests a review of all reserved endpoints: they may have no owner left. */
  void reviewReserved() {
    endpoints.reserved().forEach(this::review);
  }
}
