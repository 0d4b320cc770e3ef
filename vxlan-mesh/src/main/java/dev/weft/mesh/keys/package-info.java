/**
 * Key management of encrypted networks as pure functions: which security associations protect the
 * packets between two nodes, and when.
 *
 * <p>Each node has an X25519 key pair for each live epoch and publishes the public key. The keys of
 * two nodes in one epoch yield two {@link dev.weft.mesh.keys.Association associations}, one per
 * direction; no other node can derive them. An association must be added to a kernel only once,
 * because its counter starts at 1 and a key must not meet an initialisation vector twice. To
 * replace a lost association, the node creates a new <em>generation</em> of its key. A {@link
 * dev.weft.mesh.keys.KeyDecision} is a function of the stored ring, the published keys and target,
 * and the state of the kernel.
 */
@NullMarked
package dev.weft.mesh.keys;

import org.jspecify.annotations.NullMarked;
