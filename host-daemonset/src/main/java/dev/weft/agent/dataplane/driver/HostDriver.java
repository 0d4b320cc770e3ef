package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import java.util.List;

/** Shares the node's own stack with the sandbox, so there is nothing to build. */
record HostDriver() implements NetworkDriver {
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
