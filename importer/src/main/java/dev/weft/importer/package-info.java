/** Docker's networks and services, and Compose files, as Weft's resources. */
@NullMarked
package dev.weft.importer;

import org.jspecify.annotations.NullMarked;
