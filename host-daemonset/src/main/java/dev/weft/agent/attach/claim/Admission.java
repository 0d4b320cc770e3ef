package dev.weft.agent.attach.claim;

import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.Driver;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides which pods may attach to which networks. */
final class Admission {
  private Admission() {}

  /**
   * The driver of a network to which the holder may attach.
   *
   * @param name the requested network
   * @param found the network, if one with this name exists
   * @param onNode whether the sandbox shares the node's own stack
   */
  static Driver admit(
      AddressOwner holder, String name, Optional<ContainerNetwork> found, boolean onNode)
      throws AttachError {
    ContainerNetwork network =
        found.orElseThrow(() ->
            AttachError.until(
                "there is no ContainerNetwork '%s'; create it, or correct the annotation"
                    .formatted(name)));
    if (network.getMetadata().getDeletionTimestamp() != null) {
      throw AttachError.until("network %s is being deleted; attach to another".formatted(name));
    }
    ContainerNetworkSpec spec = network.getSpec();
    String text = spec == null ? null : spec.driver();
    Driver driver =
        Driver.of(text)
            .orElseThrow(() ->
                AttachError.until(
                    "network %s has driver '%s', which this agent does not know"
                        .formatted(name, text)));
    allow(holder, name, spec == null ? null : spec.allowedNamespaces());
    if (driver == Driver.HOST && !onNode) {
      throw AttachError.until(
          "network %s is the node's own stack; set hostNetwork: true on the pod".formatted(name));
    }
    if (driver != Driver.HOST && onNode) {
      throw AttachError.until(
          "%s shares the node's own stack and cannot join network %s; remove hostNetwork: true"
              .formatted(holder, name));
    }
    return driver;
  }

  private static void allow(AddressOwner holder, String name, @Nullable List<String> allowed)
      throws AttachError {
    String namespace = holder.namespace();
    if (allowed != null && namespace == null) {
      throw AttachError.until(
          ("network %s admits pods of the namespaces in spec.allowedNamespaces only, and %s is"
                  + " none; attach it to another network")
              .formatted(name, holder));
    }
    if (allowed != null && !allowed.contains(namespace)) {
      throw AttachError.until(
          "network %s does not admit pods of namespace %s; add it to spec.allowedNamespaces"
              .formatted(name, namespace));
    }
  }
}
