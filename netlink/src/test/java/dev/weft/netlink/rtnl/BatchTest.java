package dev.weft.netlink.rtnl;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkKind.Vxlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BatchTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private static final int HUNDRED_THOUSAND = 100_000;

  @Test
  void nothingToDoIsDoneWithoutAMessage() {
    long before = Netlink.messagesSent();
    assertThat(kernel.netlink().execute(List.of())).isEmpty();
    assertThat(Netlink.messagesSent()).isEqualTo(before);
  }

  @Test
  void everyFailureIsTheOutcomeOfItsOwnRequest() {
    int bridge = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    LinkSettings alias = LinkSettings.builder().alias("made in two steps").build();
    List<Request> requests =
        List.of(
            new Request.AddressAdd(Address.of(bridge, IpPrefix.parse("10.0.0.1/24"))),
            new Request.LinkRemove(4711),
            new Request.LinkAdd(new LinkSpec("br1", new Bridge(), alias)),
            new Request.AddressAdd(Address.of(bridge, IpPrefix.parse("10.0.0.1/24"))),
            new Request.LinkAdd(new LinkSpec("br", new Bridge(), alias)),
            new Request.LinkChange(
                bridge,
                LinkSettings.builder()
                    .up(true)
                    .port(BridgePort.builder().learning(true).build())
                    .build()),
            new Request.AddressAdd(Address.of(bridge, IpPrefix.parse("10.0.0.2/24"))));
    assertThat(kernel.netlink().execute(requests))
        .extracting(BatchTest::told)
        .containsExactly("done", "ENODEV", "done", "EEXIST", "EEXIST", "EOPNOTSUPP", "done");
    assertThat(kernel.netlink().link("br1")).map(Link::alias).contains("made in two steps");
  }

  @Test
  void aHundredThousandEntriesAreMadeAndReadBack() {
    int vxlan = vxlan();
    List<Request> requests = entries(vxlan).stream().<Request>map(Request.FdbSet::new).toList();
    assertThat(kernel.netlink().execute(requests))
        .hasSize(HUNDRED_THOUSAND)
        .allMatch(outcome -> outcome instanceof Outcome.Done);
    List<FdbEntry> read = kernel.netlink().fdb(vxlan);
    assertThat(read).hasSize(HUNDRED_THOUSAND);
    assertThat(Set.copyOf(read)).isEqualTo(Set.copyOf(entries(vxlan)));
  }

  @Test
  void aHundredThousandFailuresAreAllReported() {
    List<Request> requests =
        IntStream.range(0, HUNDRED_THOUSAND)
            .<Request>mapToObj(i -> new Request.LinkRemove(1_000_000 + i))
            .toList();
    List<Outcome> outcomes = kernel.netlink().execute(requests);
    assertThat(outcomes.stream().map(BatchTest::operation).toList())
        .isEqualTo(requests.stream().map(Request::inWords).toList());
  }

  @Test
  void oneHandleServesManyThreads() throws InterruptedException {
    int vxlan = vxlan();
    List<FdbEntry> entries = entries(vxlan).subList(0, 8000);
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 8; i++) {
      List<FdbEntry> share = entries.subList(i * 1000, (i + 1) * 1000);
      threads.add(Thread.startVirtualThread(() -> share.forEach(kernel.netlink()::fdbSet)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(Set.copyOf(kernel.netlink().fdb(vxlan))).isEqualTo(Set.copyOf(entries));
  }

  private int vxlan() {
    return kernel
        .netlink()
        .linkAdd(LinkSpec.of("vx", Vxlan.vni(4096).port(4789).learning(false).build()))
        .index();
  }

  private static List<FdbEntry> entries(int link) {
    return IntStream.range(0, HUNDRED_THOUSAND)
        .mapToObj(i ->
            FdbEntry.tunnel(
                link, new MacAddress(0x02_42_00_00_00_00L + i), parseAddress("192.0.2.9")))
        .toList();
  }

  private static String operation(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> "done";
      case Outcome.Failed(NetlinkException error) -> error.operation();
    };
  }

  private static String told(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> "done";
      case Outcome.Failed(NetlinkException error) -> error.errnoName();
    };
  }
}
