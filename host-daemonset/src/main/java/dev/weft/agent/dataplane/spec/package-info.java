/** The values that go into the data plane and come out of it. */
@NullMarked
package dev.weft.agent.dataplane.spec;

import org.jspecify.annotations.NullMarked;
