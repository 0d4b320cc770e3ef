/** Containers of a Docker engine as sandboxes. */
@NullMarked
package dev.weft.agent.docker;

import org.jspecify.annotations.NullMarked;
