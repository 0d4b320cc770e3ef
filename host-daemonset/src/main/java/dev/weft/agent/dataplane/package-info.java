/**
 * The node's kernel, brought to a NodeSpec: desired → observed → plan → apply. Nothing of
 * Kubernetes but its values. Other packages use this one and {@code spec}; the rest is its own.
 *
 * <ul>
 *   <li><b>Desired</b> ({@code driver}): a driver turns a network and its endpoints into a set of
 *       items (devices, addresses, routes, forwarding and neighbour entries, one packet filter). It
 *       is a pure function of the NodeSpec and of the node, such as a macvlan parent's MTU. An item
 *       that cannot be made is a problem of its network or endpoint, whose items are then
 *       <em>held</em>: left as they are.
 *   <li><b>Observed</b> ({@code kernel}): one dump, of which only items with our mark are taken.
 *       The mark is the device's alias, {@code weft.dev/<network uid>[/<part>]}; entries belong to
 *       their device. Routes are marked by their protocol number, nftables tables by their name. A
 *       foreign device under a name that we need is a problem that names it. A device that this
 *       process made and that lost its alias is still known by its index, and marked again. In a
 *       sandbox no mark proves anything: {@code kernel.Expected} says what is ours there, and a
 *       sandbox that holds more than a bound is its endpoint's problem.
 *   <li><b>Plan</b> ({@code model}): the difference as an ordered list of changes. Removals come
 *       before additions, devices before what stands on them. A device that cannot be changed in
 *       place is removed, with the reason, and made anew, with everything that the kernel removes
 *       along with it.
 *   <li><b>Apply</b> ({@code apply}): stage by stage, one batch of requests for the node and one
 *       for each sandbox. A failed change is reported with its network and blocks no other.
 * </ul>
 *
 * <p>{@code LastPass} remembers what the last pass left. Endpoints that come and go are planned
 * against it instead of a dump, so that attaching costs the same on an empty and on a full node; if
 * the kernel refuses, everything is read. It also distinguishes drift from a new desired state.
 *
 * <p>Kernel notifications say where to look ({@code drift}). Only a difference from the last pass
 * is drift, so our own changes cause no further work. Sandboxes are not monitored: an interface
 * that goes down or away shows at the node's end. An nftables table that others changed is restored
 * at once, in one transaction, and the next pass reports it. Changes of other tables cost no
 * listing.
 *
 * <p>Restrictions come first and go last: the packet filter is installed before a bridge is made,
 * and a held network keeps the rules of its remaining devices. A device stays with the network that
 * its mark names for as long as that network uses it.
 *
 * <p>Encrypted networks share IPsec states and policies, which are items as well ({@code ipsec}).
 * {@link dev.weft.mesh.keys.KeyDecision} decides on their keys, from the KeySpec and the kernel.
 * Keys are stored before anything uses them, and reported after. A port of encrypted networks is
 * shut to clear text before a tunnel of it is made and until the last one is gone; a failed change
 * stops those that rely on it.
 *
 * <p>{@code net.ipv4.ip_forward} and {@code net.ipv6.conf.all.forwarding} are switched on when a
 * network with a gateway needs them. They are set back with the last such network, unless they were
 * changed since.
 */
@NullMarked
package dev.weft.agent.dataplane;

import org.jspecify.annotations.NullMarked;
