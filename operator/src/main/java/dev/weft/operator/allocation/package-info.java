/**
 * Which subnet and which VNI a network gets: pure functions, and the ledger of what was just given.
 */
@NullMarked
package dev.weft.operator.allocation;

import org.jspecify.annotations.NullMarked;
