/** Reconciles OverlayServices: workload, names in cluster DNS, virtual address, status. */
@NullMarked
package dev.weft.operator.service;

import org.jspecify.annotations.NullMarked;
