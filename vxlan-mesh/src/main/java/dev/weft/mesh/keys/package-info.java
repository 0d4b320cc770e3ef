/**
 * The keys of encrypted networks as pure functions: which pairs of nodes protect their packets with
 * which security associations, and when.
 *
 * <p>Each node has an X25519 key pair for each live epoch and publishes its public half. From two
 * nodes' keys of one epoch follow two {@link dev.weft.mesh.keys.Association associations}, one for
 * each direction; nobody else can derive them. An association is to be put into a kernel once: a
 * new one counts from 1, and no key may meet an initialisation vector twice. Its node makes a new
 * <em>generation</em> of its key instead, and so a new association. What a node does about all this
 * is one {@link dev.weft.mesh.keys.KeyDecision}: a function of what it stored, of what the cluster
 * says and of what is in its kernel.
 */
@NullMarked
package dev.weft.mesh.keys;

import org.jspecify.annotations.NullMarked;
