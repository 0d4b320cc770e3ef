/**
 * Reconciles ContainerNetworks: observe, decide, allocate, write HostNetworks, aggregate, delete.
 */
@NullMarked
package dev.weft.operator.network;

import org.jspecify.annotations.NullMarked;
