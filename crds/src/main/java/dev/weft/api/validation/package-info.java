/** Validates resources before anything is built: pure functions from resources to violations. */
@NullMarked
package dev.weft.api.validation;

import org.jspecify.annotations.NullMarked;
