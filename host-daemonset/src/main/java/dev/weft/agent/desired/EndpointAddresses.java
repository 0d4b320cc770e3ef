package dev.weft.agent.desired;

import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpointSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the addresses that endpoints hold. */
public final class EndpointAddresses {
  private EndpointAddresses() {}

  /** The address without its prefix length; empty if it is malformed or missing. */
  public static Optional<IpAddress> of(@Nullable NetworkEndpointSpec spec) {
    String text = spec == null ? null : spec.address();
    try {
      return text == null
          ? Optional.empty()
          : Optional.of(IpAddress.parse(text.substring(0, (text + "/").indexOf('/'))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
