/** Three nodes join the sample networks, step by step, in front of the user. */
@NullMarked
package dev.weft.e2e.demo;

import org.jspecify.annotations.NullMarked;
