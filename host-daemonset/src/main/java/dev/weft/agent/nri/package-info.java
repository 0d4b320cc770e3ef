/**
 * Pods of containerd and CRI-O through the Node Resource Interface. The agent is a plugin of the
 * runtime, which calls it before any container of a pod starts and after the last has ended.
 *
 * <p>The runtime's socket carries a trunk with two framed ttrpc connections: on one the runtime
 * calls the plugin, on the other the plugin calls the runtime. A runtime drops a plugin that does
 * not answer within its timeout (two seconds by default), and starts the pod without it. So the
 * agent answers every call well before, with an error if necessary. A dropped plugin reconnects and
 * then wires the sandboxes that started meanwhile.
 *
 * @see <a href="https://github.com/containerd/nri">NRI</a>
 * @see <a href="https://github.com/containerd/ttrpc/blob/main/PROTOCOL.md">ttrpc's protocol</a>
 */
@NullMarked
package dev.weft.agent.nri;

import org.jspecify.annotations.NullMarked;
