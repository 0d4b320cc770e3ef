/** Reserves what an attachment needs: endpoint, addresses, HostNetwork. */
@NullMarked
package dev.weft.agent.attach.claim;

import org.jspecify.annotations.NullMarked;
