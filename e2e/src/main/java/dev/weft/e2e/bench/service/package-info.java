/** Measures a service from the request to its first connections, compared with Docker Swarm. */
@NullMarked
package dev.weft.e2e.bench.service;

import org.jspecify.annotations.NullMarked;
