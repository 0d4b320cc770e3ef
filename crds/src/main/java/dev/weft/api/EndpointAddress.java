package dev.weft.api;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The address that an endpoint holds, and whether its network can have given it out. */
public final class EndpointAddress {
  private static final BigInteger MAPPED = BigInteger.valueOf(0xffff);

  private EndpointAddress() {}

  /**
   * The address without its prefix length; empty if it is missing or not written as Weft writes it:
   * one address has one text. IPv4 in the form of IPv6 is no address of a network.
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

  /** Whether Java and netlink take it for an IPv4 address: ::ffff:0:0/96. */
  private static boolean isMapped(IpAddress address) {
    return !address.isIpv4() && address.value().shiftRight(32).equals(MAPPED);
  }

  /**
   * Why an endpoint has no effect on its network; empty: it has. Reservations are not looked at:
   * they may come while a pod holds the address.
   *
   * @param subnets the network's, with their gateways
   * @param networkUid the network's UID
   */
  public static Optional<String> objection(
      NetworkEndpointSpec spec, List<Subnet> subnets, @Nullable String networkUid) {
    if (networkUid == null || !networkUid.equals(spec.networkUid())) {
      return Optional.of("it is of another network that had the name " + spec.network());
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
