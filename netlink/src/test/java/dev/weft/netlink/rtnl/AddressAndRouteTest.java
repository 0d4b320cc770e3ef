package dev.weft.netlink.rtnl;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.rtnl.LinkKind.Veth;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AddressAndRouteTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private int link;

  @BeforeEach
  void aLinkThatIsUp() {
    LinkSettings up = LinkSettings.builder().up(true).build();
    link = kernel.netlink().linkAdd(new LinkSpec("v0", new Veth("v1"), up)).index();
    kernel.netlink().linkSet(kernel.netlink().link("v1").orElseThrow().index(), up);
  }

  @Test
  void addressesOfBothFamiliesAreReadBack() {
    Address four = Address.of(link, IpPrefix.parse("10.1.0.1/24"));
    Address six = Address.of(link, IpPrefix.parse("fd00::1/64"), Address.Flag.NODAD);
    kernel.netlink().addressAdd(four);
    kernel.netlink().addressAdd(six);
    assertThat(kernel.netlink().addresses())
        .contains(
            new Address(link, four.prefix(), null, Scope.UNIVERSE, Set.of(Address.Flag.PERMANENT)),
            new Address(
                link,
                six.prefix(),
                null,
                Scope.UNIVERSE,
                Set.of(Address.Flag.PERMANENT, Address.Flag.NODAD)));
  }

  @Test
  void anAddressWithoutPrefixRouteMakesNone() {
    IpPrefix prefix = IpPrefix.parse("10.1.0.1/24");
    kernel.netlink().addressAdd(Address.of(link, prefix, Address.Flag.NOPREFIXROUTE));
    assertThat(kernel.netlink().addresses())
        .anyMatch(address -> address.flags().contains(Address.Flag.NOPREFIXROUTE));
    assertThat(kernel.netlink().routes())
        .noneMatch(route -> route.destination().equals(prefix.network()));
  }

  @Test
  void aPointToPointAddressHasAPeer() {
    Address address =
        new Address(
            link,
            IpPrefix.parse("10.9.0.1/32"),
            parseAddress("10.9.0.2"),
            Scope.LINK,
            Set.of(Address.Flag.PERMANENT));
    kernel.netlink().addressAdd(address);
    assertThat(kernel.netlink().addresses()).contains(address);
  }

  @Test
  void anAddressIsRemoved() {
    Address address = Address.of(link, IpPrefix.parse("10.1.0.1/24"));
    kernel.netlink().addressAdd(address);
    assertThatThrownBy(() -> kernel.netlink().addressAdd(address)).hasMessageContaining("EEXIST");
    kernel.netlink().addressDelete(address);
    assertThat(kernel.netlink().addresses())
        .noneMatch(other -> other.prefix().equals(address.prefix()));
  }

  @Test
  void routesOfBothFamiliesAreReadBack() {
    kernel.netlink().addressAdd(Address.of(link, IpPrefix.parse("10.1.0.1/24")));
    kernel.netlink().addressAdd(Address.of(link, IpPrefix.parse("fd00::1/64"), Address.Flag.NODAD));
    Route four =
        Route.to(IpPrefix.parse("10.2.0.0/16"))
            .via(parseAddress("10.1.0.9"))
            .link(link)
            .source(parseAddress("10.1.0.1"))
            .scope(Scope.UNIVERSE)
            .protocol(77)
            .metric(50)
            .build();
    Route six =
        Route.to(IpPrefix.parse("2001:db8::/32"))
            .via(parseAddress("fd00::9"))
            .link(link)
            .scope(Scope.UNIVERSE)
            .metric(4_000_000_000L)
            .table(70_000)
            .build();
    kernel.netlink().routeAdd(four);
    kernel.netlink().routeAdd(six);
    assertThat(kernel.netlink().routes()).contains(four, six);
    assertThatThrownBy(() -> kernel.netlink().routeAdd(four)).hasMessageContaining("EEXIST");
    kernel.netlink().routeDelete(four);
    kernel.netlink().routeDelete(six);
    assertThat(kernel.netlink().routes()).doesNotContain(four, six);
  }

  @Test
  void aDefaultRouteIsReplaced() {
    kernel.netlink().addressAdd(Address.of(link, IpPrefix.parse("10.1.0.1/24")));
    kernel.netlink().routeAdd(Route.to(IpPrefix.ALL_IPV4).via(parseAddress("10.1.0.8")).build());
    kernel
        .netlink()
        .routeReplace(Route.to(IpPrefix.ALL_IPV4).via(parseAddress("10.1.0.9")).build());
    assertThat(kernel.netlink().routes())
        .filteredOn(route -> route.destination().equals(IpPrefix.ALL_IPV4))
        .singleElement()
        .satisfies(route -> {
          assertThat(route.gateway()).isEqualTo(parseAddress("10.1.0.9"));
          assertThat(route.link()).isEqualTo(link);
        });
  }

  @Test
  void aRouteToALinkHasNoGateway() {
    kernel.netlink().routeAdd(Route.to(IpPrefix.parse("10.3.0.7/24")).link(link).build());
    assertThat(kernel.netlink().routes())
        .filteredOn(route -> route.destination().equals(IpPrefix.parse("10.3.0.0/24")))
        .singleElement()
        .satisfies(route -> {
          assertThat(route.gateway()).isNull();
          assertThat(route.scope()).isEqualTo(Scope.LINK);
        });
  }

  @Test
  void anIpv4RouteMayHaveAnIpv6Gateway() {
    Route route =
        Route.to(IpPrefix.parse("10.4.0.0/24")).via(parseAddress("fe80::1")).link(link).build();
    kernel.netlink().routeAdd(route);
    assertThat(kernel.netlink().routes())
        .anyMatch(found ->
            found.destination().equals(route.destination())
                && parseAddress("fe80::1").equals(found.gateway()));
  }

  @Test
  void aBlackHoleNeedsNoLink() {
    kernel
        .netlink()
        .routeAdd(Route.to(IpPrefix.parse("10.5.0.0/24")).type(Route.Type.BLACKHOLE).build());
    assertThat(kernel.netlink().routes())
        .anyMatch(route -> route.type() == Route.Type.BLACKHOLE && route.link() == 0);
  }

  @Test
  void theChosenRouteHasLinkGatewayAndSource() {
    kernel.netlink().addressAdd(Address.of(link, IpPrefix.parse("10.1.0.1/24")));
    kernel.netlink().routeAdd(Route.to(IpPrefix.ALL_IPV4).via(parseAddress("10.1.0.9")).build());
    Route chosen = kernel.netlink().routeTo(parseAddress("192.0.2.7"));
    assertThat(chosen.link()).isEqualTo(link);
    assertThat(chosen.gateway()).isEqualTo(parseAddress("10.1.0.9"));
    assertThat(chosen.source()).isEqualTo(parseAddress("10.1.0.1"));
    assertThat(chosen.table()).isEqualTo(Route.MAIN);
  }

  @Test
  void withoutARouteTheErrorNamesTheDestination() {
    assertThatThrownBy(() -> kernel.netlink().routeTo(parseAddress("192.0.2.7")))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("find the route to 192.0.2.7")
        .hasMessageContaining("ENETUNREACH");
  }
}
