package dev.weft.mesh.keys;

import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Supplier;

/**
 * Changes that a node makes to its keys. It stores the ring, adds states, switches outbound
 * policies, deletes other states of Weft, and publishes the report, in this order.
 *
 * @param ring key ring to store before any other change
 * @param states all ESP states that Weft must have, with the source address of their packets
 * @param make those of {@code states} to add
 * @param outbound SPI to send with, by peer address; sending to other addresses is forbidden
 * @param lingering whether old states stay only because packets are still in flight
 * @param report report to publish
 * @param refused reason to ignore a node's key of the newest epoch, by node name
 */
public record KeyDecision(
    KeyRing ring,
    Map<XfrmStateId, InetAddress> states,
    Map<XfrmStateId, Association> make,
    Map<InetAddress, Long> outbound,
    boolean lingering,
    KeyReport report,
    NavigableMap<String, String> refused) {

  /**
   * Computes the decision.
   *
   * @param ring the ring stored last
   * @param fresh generates an unused key pair
   */
  public static KeyDecision of(
      KeyRing ring, KeyInputs situation, Derivations derivations, Supplier<NodeKeyPair> fresh) {
    return new KeyPlanner(ring, situation, derivations, fresh).decide();
  }
}
