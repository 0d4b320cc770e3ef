package dev.weft.netlink.xfrm;

/**
 * ESP inside UDP (RFC 3948, {@code UDP_ENCAP_ESPINUDP}), which NAT can translate. Inbound packets
 * reach the state only while there is an {@link EspInUdpSocket} at the destination port.
 *
 * @param sourcePort 0 to 65535
 * @param destinationPort 0 to 65535
 */
public record XfrmUdp(int sourcePort, int destinationPort) {}
