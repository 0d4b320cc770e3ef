/** Health and metrics over HTTP. */
@NullMarked
package dev.weft.operator.web;

import org.jspecify.annotations.NullMarked;
