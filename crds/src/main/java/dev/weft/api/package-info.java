/** The API: the kinds of group weft.dev as Java types, and what the same facts mean everywhere. */
@NullMarked
package dev.weft.api;

import org.jspecify.annotations.NullMarked;
