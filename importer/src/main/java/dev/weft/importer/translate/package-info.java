/** Networks and workloads as Kubernetes resources: pure functions, whatever the source. */
@NullMarked
package dev.weft.importer.translate;

import org.jspecify.annotations.NullMarked;
