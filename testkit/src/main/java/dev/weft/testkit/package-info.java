/** API servers and connections to them, shared by the tests of several modules. */
@NullMarked
package dev.weft.testkit;

import org.jspecify.annotations.NullMarked;
