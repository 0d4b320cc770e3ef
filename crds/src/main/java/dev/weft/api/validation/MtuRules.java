package dev.weft.api.validation;

import dev.weft.api.Subnet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules of MTUs: RFC 791 section 3.1, RFC 8200 section 5. */
final class MtuRules {
  private static final int LEAST = 68;
  private static final int LEAST_IPV6 = 1280;
  private static final int MOST = 65535;

  private MtuRules() {}

  static void check(@Nullable Integer mtu, @Nullable List<Subnet> subnets, Violations problems) {
    problems.range("spec.mtu", mtu, LEAST, MOST);
    if (mtu != null && mtu >= LEAST && mtu < LEAST_IPV6 && Subnet.hasIpv6(subnets)) {
      problems.add(
          "spec.mtu",
          "IPv6 does not work with %d bytes".formatted(mtu),
          "use at least %d, or remove the IPv6 subnet".formatted(LEAST_IPV6));
    }
  }
}
