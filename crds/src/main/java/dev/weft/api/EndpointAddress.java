package dev.weft.api;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the address of an endpoint and checks it against the subnets of its network. */
public final class EndpointAddress {
  private static final BigInteger MAPPED = BigInteger.valueOf(0xffff);

  private EndpointAddress() {}

  /**
   * The address without its prefix length. Empty if it is missing, not in canonical form, or an
   * IPv4-mapped IPv6 address.
   */
  public static Optional<IpAddress> of(@Nullable NetworkEndpointSpec spec) {
    return spec == null || spec.address() == null ? Optional.empty() : parse(spec.address());
  }

  private static Optional<IpAddress> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    try {
      IpAddress address = IpAddress.parse(text.substring(0, slash));
      int prefix = Integer.parseInt(text.substring(slash + 1));
      boolean isCanonical =
          text.equals(address + "/" + prefix) && prefix >= 0 && prefix <= address.bits();
      return isCanonical && !isMapped(address) ? Optional.of(address) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether the address is in ::ffff:0:0/96, which Java and netlink treat as IPv4. */
  private static boolean isMapped(IpAddress address) {
    return !address.isIpv4() && address.value().shiftRight(32).equals(MAPPED);
  }

  /**
   * Reason why the network ignores an endpoint; empty if the endpoint is valid. Reserved addresses
   * are not checked, because a reservation may be added while a pod holds the address.
   *
   * @param subnets subnets of the network, with their gateways
   * @param networkUid the network's UID
   */
  public static Optional<String> objection(
      NetworkEndpointSpec spec, List<Subnet> subnets, @Nullable String networkUid) {
    if (networkUid == null || !networkUid.equals(spec.networkUid())) {
      return Optional.of("it belongs to an earlier network with the name " + spec.network());
    }
    Optional<IpAddress> address = of(spec);
    if (address.isEmpty()) {
      return Optional.of("it has no address");
    }
    Optional<Subnet> subnet =
        subnets.stream().filter(each -> contains(each, address.get())).findFirst();
    if (subnet.isEmpty()) {
      return Optional.of("%s is in no subnet of the network".formatted(address.get()));
    }
    Cidr cidr = Cidr.parse(Objects.requireNonNull(subnet.get().cidr()));
    if (!(address.get() + "/" + cidr.prefix()).equals(spec.address())) {
      return Optional.of(
          "%s has another prefix length than its subnet %s".formatted(spec.address(), cidr));
    }
    if (!cidr.usable().contains(address.get())) {
      return Optional.of("%s is the own address of subnet %s".formatted(address.get(), cidr));
    }
    return isGateway(subnet.get(), address.get())
        ? Optional.of("%s is the gateway of subnet %s".formatted(address.get(), cidr))
        : Optional.empty();
  }

  private static boolean contains(Subnet subnet, IpAddress address) {
    try {
      return subnet.cidr() != null && Cidr.parse(subnet.cidr()).contains(address);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isGateway(Subnet subnet, IpAddress address) {
    try {
      return subnet.gateway() != null && IpAddress.parse(subnet.gateway()).equals(address);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
