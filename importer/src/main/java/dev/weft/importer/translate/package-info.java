/** Converts networks and workloads to Kubernetes resources: pure functions for any source. */
@NullMarked
package dev.weft.importer.translate;

import org.jspecify.annotations.NullMarked;
