/** Health, readiness and metrics over HTTP. */
@NullMarked
package dev.weft.agent.health;

import org.jspecify.annotations.NullMarked;
