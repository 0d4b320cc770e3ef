/**
 * Pods of containerd and CRI-O, reported by the Node Resource Interface: the agent is a plugin of
 * the runtime, which calls it before any container of a pod starts and after the last has ended.
 *
 * <p>On the runtime's socket a trunk carries two ttrpc connections, framed: on one the runtime
 * calls the plugin, on the other the plugin calls the runtime. A runtime that has no answer to a
 * call within its time (two seconds, as it is shipped) drops the plugin and starts the pod without
 * it. So every call is answered well before, with an error if need be; a plugin that was dropped
 * comes back, and what started meanwhile is wired then.
 *
 * @see <a href="https://github.com/containerd/nri">NRI</a>
 * @see <a href="https://github.com/containerd/ttrpc/blob/main/PROTOCOL.md">ttrpc's protocol</a>
 */
@NullMarked
package dev.weft.agent.nri;

import org.jspecify.annotations.NullMarked;
