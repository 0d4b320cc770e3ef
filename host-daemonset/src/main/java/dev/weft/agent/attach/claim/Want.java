package dev.weft.agent.attach.claim;

import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.api.Attachment;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Defaults;

/** An admitted request: a network that a holder may attach to, and the requested attachment. */
record Want(AddressOwner holder, Attachment attachment, ContainerNetwork network) {
  /** Name of the network. */
  String name() {
    return attachment.network();
  }

  /** Prefix of an interface name that the attachment does not choose. */
  String interfacePrefix() {
    String prefix = network.getSpec() == null ? null : network.getSpec().interfacePrefix();
    if (prefix != null && !prefix.isBlank()) {
      return prefix;
    }
    return holder.isContainer() ? Defaults.CONTAINER_INTERFACE_PREFIX : Defaults.INTERFACE_PREFIX;
  }
}
