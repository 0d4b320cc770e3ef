package dev.weft.netlink.xfrm;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Usage of a state or policy so far ({@code struct xfrm_lifetime_cur}). Times are whole seconds of
 * the kernel's clock.
 *
 * @param bytes it handled
 * @param packets it handled
 * @param made when it was created
 * @param firstUsed when it was used first, {@code null} if it never was
 * @param lastUsed when a state was used last, {@code null} if the kernel does not know ({@code
 *     XFRMA_LASTUSED})
 */
public record XfrmUsage(
    long bytes,
    long packets,
    @Nullable Instant made,
    @Nullable Instant firstUsed,
    @Nullable Instant lastUsed) {}
