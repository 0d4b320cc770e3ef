/**
 * Services in their clients: each sandbox of an overlay network balances the network's virtual
 * addresses by itself, in its own packet filter.
 *
 * <ul>
 *   <li>What there is to balance is known from the API alone: a virtual address, its ports and its
 *       affinity are in its {@code NetworkEndpoint}, the tasks are in the EndpointSlices that carry
 *       the network's label. Both are followed for the networks of this node only, and slices only
 *       where a network has a virtual address. A task that comes or goes changes one slice, which
 *       holds a hundred at most, however many tasks there are.
 *   <li>A sandbox's table is replaced in one transaction when virtual addresses come, change or go;
 *       of tasks that come and go only those are written. So the cost of one change is the same for
 *       ten tasks and for ten thousand.
 *   <li>The kernel chooses a task for the first packet of a connection and remembers it with the
 *       connection, so those that are established stay where they are, also while no agent runs.
 * </ul>
 */
@NullMarked
package dev.weft.agent.services;

import org.jspecify.annotations.NullMarked;
