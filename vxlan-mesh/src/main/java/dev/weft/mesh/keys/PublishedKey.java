package dev.weft.mesh.keys;

import java.util.Optional;

/**
 * A node's public key of one epoch, as everybody can read it. Nothing of it is checked; {@link
 * KeyDirectory} does that.
 *
 * @param node name of the node
 * @param vtep address of its end of the tunnels, as text
 * @param generation how often the node had to make its key of this epoch anew
 * @param publicKey 32 bytes in base64, an X25519 public key (RFC 7748)
 * @param udpPort where the node takes ESP by this key inside UDP; empty: it takes plain ESP
 */
public record PublishedKey(
    String node, String vtep, long generation, String publicKey, Optional<Integer> udpPort) {}
