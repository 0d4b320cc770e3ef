/** The operator: allocates, writes HostNetworks and aggregates what agents report. */
@NullMarked
package dev.weft.operator;

import org.jspecify.annotations.NullMarked;
