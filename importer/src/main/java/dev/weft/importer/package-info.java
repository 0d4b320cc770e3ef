/** Imports Docker's networks and services, and Compose files, as resources of Weft. */
@NullMarked
package dev.weft.importer;

import org.jspecify.annotations.NullMarked;
