/** Input and output values of the data plane. */
@NullMarked
package dev.weft.agent.dataplane.spec;

import org.jspecify.annotations.NullMarked;
