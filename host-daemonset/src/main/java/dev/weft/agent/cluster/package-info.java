/** The Kubernetes API as the agent sees it: caches to read, a queue to write. */
@NullMarked
package dev.weft.agent.cluster;

import org.jspecify.annotations.NullMarked;
