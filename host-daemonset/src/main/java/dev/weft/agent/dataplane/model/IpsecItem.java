package dev.weft.agent.dataplane.model;

import dev.weft.netlink.xfrm.XfrmPolicyId;
import dev.weft.netlink.xfrm.XfrmPolicySpec;
import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.Optional;

/** An item of the IPsec tables, or a port that receives ESP. */
public sealed interface IpsecItem extends Item {
  @Override
  default Owner owner() {
    return Owner.ENCRYPTION;
  }

  @Override
  default Optional<DeviceName> standsOn() {
    return Optional.empty();
  }

  /** Identity of such an item. */
  sealed interface IpsecKey extends Key {
    record OfSecurityState(XfrmStateId id) implements IpsecKey {}

    record OfSecurityPolicy(XfrmPolicyId id) implements IpsecKey {}

    record OfEspPort(InetAddress address, int port) implements IpsecKey {}
  }

  /**
   * One direction of encryption between two nodes. Only the kernel holds its key.
   *
   * @param source source address of its packets
   */
  record SecurityState(XfrmStateId id, InetAddress source) implements IpsecItem {
    @Override
    public Key key() {
      return new IpsecKey.OfSecurityState(id);
    }

    @Override
    public String toString() {
      return "state %s from %s".formatted(id, source.getHostAddress());
    }
  }

  /**
   * The policy for some packets of an encrypted port.
   *
   * @param spec without the kernel's number
   */
  record SecurityPolicy(XfrmPolicySpec spec) implements IpsecItem {
    @Override
    public Key key() {
      return new IpsecKey.OfSecurityPolicy(spec.id());
    }

    @Override
    public String toString() {
      return "policy %s: %s"
          .formatted(
              spec.id(),
              spec.templates().isEmpty()
                  ? "drop"
                  : spec.templates().getFirst().spi() == 0
                      ? "only by states of Weft"
                      : "by SPI 0x%08x".formatted(spec.templates().getFirst().spi()));
    }
  }

  /**
   * A UDP port at which the node receives ESP. The agent holds its socket, so it closes with the
   * agent.
   */
  record EspPort(InetAddress address, int port) implements IpsecItem {
    @Override
    public Key key() {
      return new IpsecKey.OfEspPort(address, port);
    }

    @Override
    public String toString() {
      return "UDP port %d of %s for ESP".formatted(port, address.getHostAddress());
    }
  }
}
