/** Measures a service from the request to its first connections, beside Docker Swarm. */
@NullMarked
package dev.weft.e2e.bench.service;

import org.jspecify.annotations.NullMarked;
