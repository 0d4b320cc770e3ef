/** Reports test runs: counts by module, and what was skipped, by reason and remedy. */
@NullMarked
package dev.weft.e2e.report;

import org.jspecify.annotations.NullMarked;
