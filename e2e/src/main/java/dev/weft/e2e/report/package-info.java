@NullMarked
package dev.weft.e2e.report;

import org.jspecify.annotations.NullMarked;
