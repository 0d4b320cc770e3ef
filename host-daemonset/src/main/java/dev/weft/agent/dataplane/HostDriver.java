package dev.weft.agent.dataplane;

import java.util.List;

/** The sandbox shares the node's own stack: there is nothing to make. */
record HostDriver() implements Driver {
  @Override
  public List<Item> devices() {
    return List.of();
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) throws Unbuildable {
    throw new Unbuildable(
        Problem.user(
            endpoint.interfaceName(),
            "a host network has no interfaces: its sandboxes share the node's own",
            "run the pod with hostNetwork: true, or attach it to another network"));
  }
}
