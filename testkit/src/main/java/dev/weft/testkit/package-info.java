/** Shared by the tests of several modules: API servers, and ways to them. */
@NullMarked
package dev.weft.testkit;

import org.jspecify.annotations.NullMarked;
