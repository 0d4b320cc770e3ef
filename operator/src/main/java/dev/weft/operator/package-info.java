/** The operator: allocates, instructs the nodes' agents and sums up what they report. */
@NullMarked
package dev.weft.operator;

import org.jspecify.annotations.NullMarked;
