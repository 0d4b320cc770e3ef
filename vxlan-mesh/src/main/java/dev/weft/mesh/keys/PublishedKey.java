package dev.weft.mesh.keys;

import java.util.Optional;

/**
 * A node's public key of one epoch, as published. {@link KeyDirectory} checks it.
 *
 * @param node name of the node
 * @param vtep text of its VTEP address
 * @param generation number of times that the node had to replace its key of this epoch
 * @param publicKey 32 bytes in base64, an X25519 public key (RFC 7748)
 * @param udpPort UDP port on which the node receives ESP with this key; empty: plain ESP
 */
public record PublishedKey(
    String node, String vtep, long generation, String publicKey, Optional<Integer> udpPort) {}
