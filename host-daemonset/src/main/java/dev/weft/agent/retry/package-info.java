/** Retries with back-off, and supervises long-lived threads. */
@NullMarked
package dev.weft.agent.retry;

import org.jspecify.annotations.NullMarked;
