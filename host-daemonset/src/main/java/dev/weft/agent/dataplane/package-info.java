/**
 * Reconciles the node's kernel with a NodeSpec: desired → observed → plan → apply. It uses only
 * value types of Kubernetes. Other packages use only this package and {@code spec}.
 *
 * <ul>
 *   <li><b>Desired</b> ({@code driver}): a driver turns a network and its endpoints into a set of
 *       items (devices, addresses, routes, forwarding and neighbour entries, one packet filter). It
 *       is a pure function of the NodeSpec and of the node, such as a macvlan parent's MTU. An item
 *       that cannot be built is a problem of its network or endpoint, whose items are then
 *       <em>held</em>: they stay unchanged.
 *   <li><b>Observed</b> ({@code kernel}): one dump, of which only items with Weft's mark count. The
 *       mark is the device's alias, {@code weft.dev/<network uid>[/<part>]}; entries belong to
 *       their device. Routes are marked by their protocol number, nftables tables by their name. A
 *       foreign device under a needed name is a problem that names it. A device that this process
 *       made and that lost its alias is still known by its index, and marked again. In a sandbox
 *       marks prove nothing: {@code kernel.Expected} identifies Weft's interface there. A sandbox
 *       with more contents than a bound is its endpoint's problem.
 *   <li><b>Plan</b> ({@code model}): the difference as an ordered list of changes. Removals come
 *       before additions, devices before their entries. A device that cannot be changed in place is
 *       recreated, with the reason and with everything that the kernel removes along with it.
 *   <li><b>Apply</b> ({@code apply}): stage by stage, one batch of requests for the node and one
 *       for each sandbox. A failed change is reported with its network and blocks no other.
 * </ul>
 *
 * <p>{@code LastPass} remembers what the last pass left. Endpoints that come and go are planned
 * against it instead of a dump, so attaching costs the same on an empty and on a full node. If the
 * kernel refuses a change, the pass reads everything. It also distinguishes drift from a new
 * desired state.
 *
 * <p>Kernel notifications say where to look ({@code drift}). Only a difference from the last pass
 * is drift, so Weft's own changes cause no further work. A notification from a sandbox causes a
 * look at this sandbox alone. What it lost then counts as not left by the last pass, and {@code
 * SandboxLosses} remembers it for the report. A Weft table that another program changed is restored
 * at once, in one transaction, and the next pass reports it. Changes of other tables need no
 * listing.
 *
 * <p>Restrictions come first and go last: the packet filter is installed before a bridge is made,
 * and a held network keeps the rules of its remaining devices. A device belongs to the network in
 * its mark as long as that network uses it.
 *
 * <p>Encrypted networks share IPsec states and policies, which are items as well ({@code ipsec}).
 * {@link dev.weft.mesh.keys.KeyDecision} decides on their keys, from the KeySpec and the kernel.
 * Keys are stored before anything uses them, and reported after. A port of encrypted networks drops
 * clear text before its first tunnel exists and until its last one is gone. A failed change stops
 * those that depend on it.
 *
 * <p>{@code net.ipv4.ip_forward} and {@code net.ipv6.conf.all.forwarding} are switched on when a
 * network with a gateway needs them. The last such network restores them, unless another program
 * changed them since.
 */
@NullMarked
package dev.weft.agent.dataplane;

import org.jspecify.annotations.NullMarked;
