package dev.weft.mesh.keys;

import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Supplier;

/**
 * What a node does about its keys. In this order: the ring is stored, then states are made, then
 * outbound policies are switched, then other states of ours go, then the report is published.
 *
 * @param ring to be stored before anything else is done
 * @param states all states of ours that there are to be, and where their packets come from
 * @param make those of them that are to be made
 * @param outbound the SPI to send by, by the address of the peer; to others nothing may be sent
 * @param lingering whether states stay only because packets are under way by them
 * @param report what to report
 * @param refused why a node of the newest epoch counts as one without a key, by its name
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
   * Decides.
   *
   * @param ring what was stored last
   * @param fresh makes a key pair that was never used
   */
  public static KeyDecision of(
      KeyRing ring, KeyInputs situation, Derivations derivations, Supplier<NodeKeyPair> fresh) {
    return new KeyPlanner(ring, situation, derivations, fresh).decide();
  }
}
