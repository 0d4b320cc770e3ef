/** Validates resources before anything is built: pure functions from resources to problems. */
@NullMarked
package dev.weft.api.validation;

import org.jspecify.annotations.NullMarked;
