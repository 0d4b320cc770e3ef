/** Measures how long attaching a sandbox takes, compared with Docker and the CNI plugins. */
@NullMarked
package dev.weft.e2e.bench.attach;

import org.jspecify.annotations.NullMarked;
