/** OverlayServices: the workload, the names in cluster DNS, and what came of them. */
@NullMarked
package dev.weft.operator.service;

import org.jspecify.annotations.NullMarked;
