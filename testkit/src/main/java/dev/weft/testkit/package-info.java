/** What tests of several modules need. */
@NullMarked
package dev.weft.testkit;

import org.jspecify.annotations.NullMarked;
