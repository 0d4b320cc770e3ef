/** Compose files: variables, merging, and what their networks, volumes and services say. */
@NullMarked
package dev.weft.importer.compose;

import org.jspecify.annotations.NullMarked;
