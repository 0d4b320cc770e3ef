/** What came of it, told to the API. */
@NullMarked
package dev.weft.agent.status;

import org.jspecify.annotations.NullMarked;
