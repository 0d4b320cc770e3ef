/** A Docker engine's networks and a Swarm's services, from the engine's own JSON. */
@NullMarked
package dev.weft.importer.engine;

import org.jspecify.annotations.NullMarked;
