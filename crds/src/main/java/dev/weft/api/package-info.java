/** The API: the kinds of group weft.dev as Java types, and the rules that all programs share. */
@NullMarked
package dev.weft.api;

import org.jspecify.annotations.NullMarked;
