/** What a hostile pod and a stolen token of an agent can do to others. */
@NullMarked
package dev.weft.e2e.hostile;

import org.jspecify.annotations.NullMarked;
