/** Reads Compose files: variables, merging, networks, volumes and services. */
@NullMarked
package dev.weft.importer.compose;

import org.jspecify.annotations.NullMarked;
