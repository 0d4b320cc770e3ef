/** What the agent says about its node. */
@NullMarked
package dev.weft.agent.node;

import org.jspecify.annotations.NullMarked;
