/** The node agent: its command line and the wiring of its parts. */
@NullMarked
package dev.weft.agent;

import org.jspecify.annotations.NullMarked;
