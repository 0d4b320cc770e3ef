/**
 * The node's kernel, brought to a wish: desired → observed → plan → apply. Nothing of Kubernetes
 * but its values.
 *
 * <ul>
 *   <li><b>Desired</b>: a driver says what a network and its endpoints are, as a set of items
 *       (devices, addresses, routes, forwarding and neighbour entries, one packet filter). It is a
 *       pure function of the wish and of what the node is like, such as a macvlan parent's MTU.
 *       What can not be made is a problem of its network or endpoint; its items are then
 *       <em>held</em>: left as they are.
 *   <li><b>Observed</b>: one dump, of which only what carries our mark is taken. The mark is the
 *       device's alias, {@code weft.dev/<network uid>[/<part>]}; entries are their device's. Routes
 *       are marked by their protocol number, the packet filter is the table {@code inet weft}. A
 *       device whose name we want but which has no mark is a problem that names it. A device that
 *       this process made and whose alias somebody took is still known by its index, and marked
 *       again. In a sandbox no mark proves anything: {@link Expected} says what is ours there, and
 *       a sandbox that holds more than a bound is its endpoint's problem.
 *   <li><b>Plan</b>: the difference as an ordered list of changes. Removals make room for what
 *       comes, devices come before what stands on them. A device that can not be changed in place
 *       is removed, with the reason, and made anew; what the kernel takes along with it is planned
 *       to come back.
 *   <li><b>Apply</b>: stage by stage, one batch of requests for the node and one for each sandbox.
 *       A failed change is told with the network it was made for, and no other waits for it.
 * </ul>
 *
 * <p>What the last reconcile left is remembered. Endpoints that come and go are then planned
 * against the memory instead of a dump, so that attaching costs the same on an empty and on a full
 * node; if the kernel refuses, it is looked at after all. The memory also tells drift from a new
 * wish.
 *
 * <p>Kernel notifications say where to look. What counts is whether the state there differs from
 * the memory, so our own changes cause no further work. A sandbox is not listened to; its interface
 * going down or away shows at the node's end. The packet filter's own notifications are heard as
 * well: a table that others changed is put back at once from memory, in one transaction, and the
 * next reconcile reports it. Changes of other tables cost no listing.
 *
 * <p>The {@link SourceGuard} is a second table, of the family bridge: what each sandbox may send
 * from. Its elements are items like forwarding entries; its notifications say which element
 * changed, so that our own need no listing.
 *
 * <p>What restricts comes first and goes last: the packet filter is installed before a bridge is
 * made, and a held network keeps the rules of what of it stands. A bridge or tunnel that the kernel
 * does not remove keeps rules as well, and the changes are worked out anew with it: it is the
 * problem of its network, and nobody else's. A device stays with the network that its mark names
 * for as long as that network uses it.
 *
 * <p>Encrypted networks share states and policies of IPsec, which are items as well. Their keys are
 * decided upon by {@link dev.weft.mesh.keys.KeyDecision}, from the wish and from what is in the
 * kernel; they are stored before anything is made by them, and told of after. A port of encrypted
 * networks is shut to clear text before a tunnel of it is made and until the last one is gone; a
 * change that could not be made stops those that rely on it.
 *
 * <p>{@code net.ipv4.ip_forward} and {@code net.ipv6.conf.all.forwarding} are switched on when a
 * network with a gateway needs them, and stay on: nobody can tell who else relies on them by then.
 */
@NullMarked
package dev.weft.agent.dataplane;

import org.jspecify.annotations.NullMarked;
