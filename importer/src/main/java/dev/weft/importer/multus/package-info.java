/** Reads the networks of a cluster that uses Multus. */
@NullMarked
package dev.weft.importer.multus;

import org.jspecify.annotations.NullMarked;
