package dev.weft.netlink.rtnl;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkKind.Veth;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MonitorTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private static final Executor PLATFORM_THREAD = task -> Thread.ofPlatform().start(task);
  private static final MacAddress MAC = MacAddress.parse("02:42:0a:00:00:02");

  @Test
  void linksAreReportedWhenTheyComeChangeAndGo() {
    Monitor monitor = watch();
    Link link = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge()));
    await(monitor, n -> n instanceof Notification.LinkChanged(Link l) && l.name().equals("br"));
    kernel.netlink().linkSet(link.index(), LinkSettings.builder().up(true).build());
    await(monitor, n -> n instanceof Notification.LinkChanged(Link l) && l.isUp());
    kernel.netlink().linkDelete(link.index());
    await(monitor, n -> n instanceof Notification.LinkRemoved(Link l) && l.index() == link.index());
  }

  @Test
  void aPortThatLeavesItsBridgeIsNoRemovedLink() {
    int bridge = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    int port = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    kernel.netlink().linkSet(port, LinkSettings.builder().master(bridge).build());
    Monitor monitor = watch();
    BridgePort options = BridgePort.builder().learning(false).build();
    kernel.netlink().linkSet(port, LinkSettings.builder().port(options).build());
    await(
        monitor,
        n ->
            n instanceof Notification.BridgePortChanged(int l, int b, BridgePort p)
                && l == port
                && b == bridge
                && Boolean.FALSE.equals(p.learning()));
    kernel.netlink().linkSet(port, LinkSettings.builder().noMaster().build());
    Notification removed =
        await(
            monitor,
            n ->
                n instanceof Notification.BridgePortRemoved
                    || n instanceof Notification.LinkRemoved);
    assertThat(removed).isEqualTo(new Notification.BridgePortRemoved(port, bridge));
  }

  @Test
  void addressesRoutesNeighboursAndForwardingEntriesAreReported() {
    LinkSettings up = LinkSettings.builder().up(true).build();
    int bridge = kernel.netlink().linkAdd(new LinkSpec("br", new Bridge(), up)).index();
    int port = kernel.netlink().linkAdd(new LinkSpec("v0", new Veth("v1"), up)).index();
    kernel.netlink().linkSet(port, LinkSettings.builder().master(bridge).build());
    Monitor monitor = watch();
    Address address = Address.of(bridge, IpPrefix.parse("10.0.0.1/24"));
    Route route = Route.to(IpPrefix.parse("10.9.0.0/24")).via(parseAddress("10.0.0.9")).build();
    Neighbour neighbour = Neighbour.permanent(bridge, parseAddress("10.0.0.2"), MAC);
    FdbEntry entry = FdbEntry.behindPort(port, MAC);

    kernel.netlink().addressAdd(address);
    await(
        monitor,
        n ->
            n instanceof Notification.AddressChanged(Address a)
                && a.prefix().equals(address.prefix()));
    kernel.netlink().neighbourSet(neighbour);
    await(monitor, new Notification.NeighbourChanged(neighbour)::equals);
    kernel.netlink().fdbSet(entry);
    await(monitor, n -> n instanceof Notification.FdbChanged(FdbEntry e) && e.mac().equals(MAC));
    kernel.netlink().fdbDelete(entry);
    await(monitor, n -> n instanceof Notification.FdbRemoved(FdbEntry e) && e.mac().equals(MAC));
    kernel.netlink().neighbourDelete(bridge, neighbour.address());
    await(monitor, n -> n instanceof Notification.NeighbourRemoved);
    kernel.netlink().routeAdd(route);
    await(
        monitor,
        n ->
            n instanceof Notification.RouteChanged(Route r)
                && r.destination().equals(route.destination()));
    kernel.netlink().routeDelete(route);
    await(
        monitor,
        n ->
            n instanceof Notification.RouteRemoved(Route r)
                && r.destination().equals(route.destination()));
    kernel.netlink().addressDelete(address);
    await(monitor, n -> n instanceof Notification.AddressRemoved);
  }

  @Test
  void lostNotificationsAreReportedAsAnOverrunAndLaterOnesArrive() {
    Monitor monitor =
        kernel.closeLater(Monitor.open(kernel.namespace(), EnumSet.of(Monitor.Group.LINKS), 4096));
    Link link = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge()));
    for (int i = 0; i < 50; i++) {
      kernel.netlink().linkSet(link.index(), LinkSettings.builder().up(i % 2 == 0).build());
    }
    await(monitor, n -> n instanceof Notification.Overrun);
    CompletableFuture<Notification> later = read(monitor, MonitorTest::isAfter);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> {
          kernel
              .netlink()
              .linkSet(link.index(), LinkSettings.builder().up(true).alias("after").build());
          return later.isDone();
        });
    assertThat(later).isCompleted();
  }

  @Test
  void onlyTheRequestedGroupsAreReported() {
    Monitor monitor =
        kernel.closeLater(Monitor.open(kernel.namespace(), Set.of(Monitor.Group.ADDRESSES)));
    int bridge = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    kernel.netlink().addressAdd(Address.of(bridge, IpPrefix.parse("10.0.0.1/24")));
    assertThat(monitor.next().orElseThrow()).isInstanceOf(Notification.AddressChanged.class);
  }

  @Test
  void pendingNotificationsAreReadAtOnceAndInOrder() {
    Monitor monitor = watch();
    int bridge = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    kernel.netlink().addressAdd(Address.of(bridge, IpPrefix.parse("10.0.0.1/24")));
    kernel.netlink().linkDelete(bridge);

    assertThat(monitor.next()).isPresent();
    assertThat(monitor.more(Integer.MAX_VALUE))
        .extracting(Object::getClass)
        .containsSubsequence(
            Notification.LinkChanged.class,
            Notification.AddressChanged.class,
            Notification.AddressRemoved.class,
            Notification.LinkRemoved.class);
    monitor.close();
    assertThat(monitor.more(Integer.MAX_VALUE)).isEmpty();
  }

  @Test
  void closingEndsAWaitingReader() {
    Monitor monitor = watch();
    CompletableFuture<Optional<Notification>> waiting =
        CompletableFuture.supplyAsync(monitor::next, PLATFORM_THREAD);
    monitor.close();
    assertThat(waiting).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(Optional.empty());
    assertThat(monitor.next()).isEmpty();
    monitor.close();
  }

  private static boolean isAfter(Notification notification) {
    return notification instanceof Notification.LinkChanged(Link link)
        && link.alias().equals("after");
  }

  private Monitor watch() {
    return kernel.closeLater(Monitor.open(kernel.namespace()));
  }

  /** Reads notifications up to the expected one. */
  private static Notification await(Monitor monitor, Predicate<Notification> wanted) {
    CompletableFuture<Notification> found = read(monitor, wanted);
    assertThat(found).succeedsWithin(Duration.ofSeconds(10));
    return found.join();
  }

  private static CompletableFuture<Notification> read(
      Monitor monitor, Predicate<Notification> wanted) {
    return CompletableFuture.supplyAsync(
        () -> {
          while (true) {
            Notification next = monitor.next().orElseThrow();
            if (wanted.test(next)) {
              return next;
            }
          }
        },
        PLATFORM_THREAD);
  }
}
