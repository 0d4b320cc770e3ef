/**
 * Client-side balancing of services: each sandbox of an overlay network balances the network's
 * virtual addresses in its own packet filter.
 *
 * <ul>
 *   <li>The API alone says what to balance: a virtual address, its ports and its affinity are in
 *       its {@code NetworkEndpoint}, the tasks are in the EndpointSlices that carry the network's
 *       label. The agent watches both for the networks of this node only, and slices only for
 *       networks with a virtual address. A new or removed task changes one slice of at most a
 *       hundred tasks, however many tasks there are.
 *   <li>The agent replaces a sandbox's table in one transaction when virtual addresses change. For
 *       changed tasks it writes only the difference. So one change costs the same for ten tasks and
 *       for ten thousand.
 *   <li>The kernel chooses a task for the first packet of a connection and remembers it with the
 *       connection, so established connections stay where they are, even while no agent runs.
 * </ul>
 */
@NullMarked
package dev.weft.agent.services;

import org.jspecify.annotations.NullMarked;
