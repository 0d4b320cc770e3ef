/** Reports outcomes of passes to the API: statuses, finalizers, drift. */
@NullMarked
package dev.weft.agent.status;

import org.jspecify.annotations.NullMarked;
