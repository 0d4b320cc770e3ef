package dev.weft.netlink.nft;

import static dev.weft.netlink.nft.SpreadTable.IPV4;
import static dev.weft.netlink.nft.SpreadTable.IPV6;
import static dev.weft.netlink.nft.SpreadTable.TCP;
import static dev.weft.netlink.nft.SpreadTable.UDP;
import static dev.weft.netlink.nft.SpreadTable.address;
import static dev.weft.netlink.nft.SpreadTable.port;
import static dev.weft.netlink.nft.SpreadTable.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Counters;
import dev.weft.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("NullAway.Init")
class NftBatchTest {
  private static final String TABLE = "weft";

  /** {@code struct nlmsghdr} and {@code struct nlmsgerr}. */
  private static final int ACKNOWLEDGEMENT = 36;

  private static final Pattern ELEMENTS = Pattern.compile("(?<=elements = \\{ )[^}]*(?= \\})");

  /** The same as {@link #table()} in nft's language. */
  private static final String TEXT =
      """
      table inet weft {
      map sizes4 { type ipv4_addr : verdict; }
      map tasks4 { typeof ip daddr . numgen random mod 2 : ip daddr; }
      map ports4 { type ipv4_addr . inet_proto . inet_service : inet_service; }
      set open4 { type ipv4_addr; }
      set virtual4 { type ipv4_addr; }
      map sizes6 { type ipv6_addr : verdict; }
      map tasks6 { typeof ip6 daddr . numgen random mod 2 : ip6 daddr; }
      map ports6 { type ipv6_addr . inet_proto . inet_service : inet_service; }
      set open6 { type ipv6_addr; }
      set virtual6 { type ipv6_addr; }
      chain balance {
      type nat hook output priority -100; policy accept;
      ip daddr vmap @sizes4
      ip6 daddr vmap @sizes6
      }
      chain again {
      type nat hook output priority -99; policy accept;
      ip daddr vmap @sizes4
      ip6 daddr vmap @sizes6
      }
      chain refuse {
      type filter hook output priority 0; policy accept;
      ip daddr @virtual4 jump refused
      ip6 daddr @virtual6 jump refused
      }
      chain refused {
      meta l4proto tcp reject with tcp reset
      reject with icmpx port-unreachable
      }
      }
      table inet weft {
      chain v4of3 {
      meta l4proto { tcp, udp } dnat ip to ip daddr . numgen random mod 3 map @tasks4 \
      : ip daddr . meta l4proto . th dport map @ports4
      ip daddr @open4 dnat ip to ip daddr . numgen random mod 3 map @tasks4
      meta l4proto icmp dnat ip to ip daddr . numgen random mod 3 map @tasks4
      }
      chain v6of3 {
      meta l4proto { tcp, udp } dnat ip6 to ip6 daddr . numgen random mod 3 map @tasks6 \
      : ip6 daddr . meta l4proto . th dport map @ports6
      ip6 daddr @open6 dnat ip6 to ip6 daddr . numgen random mod 3 map @tasks6
      meta l4proto icmpv6 dnat ip6 to ip6 daddr . numgen random mod 3 map @tasks6
      }
      }
      add element inet weft virtual4 { 10.96.0.1, 10.96.0.2 }
      add element inet weft virtual6 { fd00:1::1 }
      add element inet weft open4 { 10.96.0.2 }
      add element inet weft ports4 { 10.96.0.1 . tcp . 80 : 8080, 10.96.0.1 . udp . 53 : 5353 }
      add element inet weft ports6 { fd00:1::1 . tcp . 80 : 8080 }
      add element inet weft sizes4 { 10.96.0.1 : jump v4of3, 10.96.0.2 : jump v4of3 }
      add element inet weft sizes6 { fd00:1::1 : jump v6of3 }
      add element inet weft tasks4 { 10.96.0.1 . 0 : 10.0.0.1, 10.96.0.1 . 1 : 10.0.0.2, \
      10.96.0.1 . 2 : 10.0.0.3, 10.96.0.2 . 0 : 10.0.0.1, 10.96.0.2 . 1 : 10.0.0.2, \
      10.96.0.2 . 2 : 10.0.0.3 }
      add element inet weft tasks6 { fd00:1::1 . 0 : fd00::1, fd00:1::1 . 1 : fd00::2, \
      fd00:1::1 . 2 : fd00::3 }
      """;

  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private Nftables nft;

  @BeforeEach
  void open() {
    nft = nftIn(kernel.namespace());
  }

  private Nftables nftIn(NetworkNamespace namespace) {
    try {
      return kernel.closeLater(Nftables.open(namespace));
    } catch (NftablesException _) {
      return abort(() -> "libnftables, which lists the tables here, is not installed");
    }
  }

  private static List<NftChange> table() {
    List<NftChange> all = SpreadTable.empty();
    all.addAll(IPV4.with(3));
    all.addAll(IPV6.with(3));
    String first = "10.96.0.1";
    String second = "10.96.0.2";
    String third = "fd00:1::1";
    all.add(IPV4.add("virtual", new NftElement(address(first)), new NftElement(address(second))));
    all.add(IPV6.add("virtual", new NftElement(address(third))));
    all.add(IPV4.add("open", new NftElement(address(second))));
    all.add(IPV4.add("ports", port(first, TCP, 80, 8080), port(first, UDP, 53, 5353)));
    all.add(IPV6.add("ports", port(third, TCP, 80, 8080)));
    all.add(IPV4.add("sizes", IPV4.size(first, 3), IPV4.size(second, 3)));
    all.add(IPV6.add("sizes", IPV6.size(third, 3)));
    for (int place = 0; place < 3; place++) {
      String task = "10.0.0." + (place + 1);
      all.add(IPV4.add("tasks", task(first, place, task), task(second, place, task)));
      all.add(IPV6.add("tasks", task(third, place, "fd00::" + (place + 1))));
    }
    return all;
  }

  private void commit(List<NftChange> changes) {
    new NftBatch(TABLE, changes).commit(kernel.namespace());
  }

  private void commit(NftChange... changes) {
    commit(List.of(changes));
  }

  private String listed() {
    return listed(nft);
  }

  /** The listing without line breaks and indents, and with sorted elements. */
  private static String listed(Nftables in) {
    String text = in.runPlain("list table inet weft").replaceAll("\\s+", " ");
    return ELEMENTS.matcher(text).replaceAll(found -> sorted(found.group()));
  }

  private static String sorted(String elements) {
    return Pattern.compile(", ").splitAsStream(elements).sorted().collect(Collectors.joining(", "));
  }

  @Test
  void aTableIsListedAsTheOneThatNftMakesOfText() {
    Nftables other = nftIn(kernel.another());
    other.runPlain(TEXT);
    commit(table());
    assertThat(listed()).contains("v4of3").isEqualTo(listed(other));
  }

  @Test
  void aTableTakesThePlaceOfAnEarlierOneInOneTransaction() {
    nft.runPlain(
        "add table inet weft; add chain inet weft earlier; add set inet weft s {"
            + " type mark; elements = { 1, 2 }; }");
    commit(table());
    String once = listed();
    commit(table());
    assertThat(listed()).doesNotContain("earlier").isEqualTo(once);
  }

  @Test
  void elementsAndChainsComeAndGo() {
    commit(table());
    String before = listed();
    List<NftChange> changes = new ArrayList<>(IPV4.with(4));
    changes.add(IPV4.add("tasks", task("10.96.0.1", 3, "10.0.0.4")));
    changes.add(IPV4.remove("sizes", new NftElement(address("10.96.0.1"))));
    changes.add(IPV4.add("sizes", IPV4.size("10.96.0.1", 4)));
    commit(changes);
    assertThat(listed())
        .contains("10.96.0.1 : jump v4of4", "10.96.0.1 . 3 : 10.0.0.4", "numgen random mod 4");

    commit(
        IPV4.remove("sizes", IPV4.size("10.96.0.1", 4)),
        IPV4.add("sizes", IPV4.size("10.96.0.1", 3)),
        IPV4.remove("tasks", task("10.96.0.1", 3, "10.0.0.4")),
        new NftChange.ChainRemove(IPV4.chain(4)));
    assertThat(listed()).isEqualTo(before);
  }

  @Test
  void thousandsOfElementsGoInOneTransaction() {
    int many = 5000;
    List<NftChange> all = SpreadTable.empty();
    all.add(IPV4.add("tasks", tasks("10.96.0.1", "10.0.%d.%d", many)));
    all.add(IPV6.add("tasks", tasks("fd00:1::1", "fd00::%x:%x", many)));
    commit(all);
    assertThat(listed()).contains("10.96.0.1 . 4999 : 10.0.19.135");
    assertThat(listed().split("10\\.96\\.0\\.1 \\. ")).hasSize(many + 1);
    assertThat(listed().split("fd00:1::1 \\. ")).hasSize(many + 1);

    commit(IPV6.remove("tasks", tasks("fd00:1::1", "fd00::%x:%x", many)));
    assertThat(listed()).contains("10.96.0.1 . 0 :").doesNotContain("fd00:1::1");
  }

  private static NftElement[] tasks(String virtual, String task, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> task(virtual, i, task.formatted(i >> 8, i & 0xff)))
        .toArray(NftElement[]::new);
  }

  @Test
  void allVerdictsAreKnown() {
    commit(
        new NftChange.TableAdd(),
        new NftChange.ChainAdd("a"),
        new NftChange.ChainAdd("b"),
        new NftChange.RuleAdd("b", verdict(new NftVerdict.Jump("a"))),
        new NftChange.RuleAdd("b", verdict(new NftVerdict.Goto("a"))),
        new NftChange.RuleAdd("b", verdict(new NftVerdict.Accept())),
        new NftChange.RuleAdd("b", verdict(new NftVerdict.Drop())));
    assertThat(listed()).contains("chain b { jump a goto a accept drop }");
  }

  private static NftExpression verdict(NftVerdict verdict) {
    return new NftExpression.Verdict(verdict);
  }

  @Test
  void nothingIsReadOfWhatOthersKeepInTheNamespace() {
    commit(table());
    int alone = read(table());
    nft.runPlain(
        IntStream.range(0, 1000)
            .mapToObj("add table inet t%d\n"::formatted)
            .collect(Collectors.joining()));
    String marks =
        IntStream.range(0, 50_000).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    nft.runPlain("add set inet t0 s { type mark; }\nadd element inet t0 s { %s }".formatted(marks));
    assertThat(read(table())).isEqualTo(alone).isEqualTo(ACKNOWLEDGEMENT);
  }

  private int read(List<NftChange> changes) {
    try (NetlinkSocket socket = kernel.namespace().call(NetlinkSocket::netfilter)) {
      return new NftBatch(TABLE, changes).commit(socket);
    }
  }

  private static long messages(Runnable work) {
    long before = Counters.MESSAGES.sum();
    work.run();
    return Counters.MESSAGES.sum() - before;
  }

  @Test
  void anErrorNamesWhatWasAskedAndNothingChanges() {
    commit(table());
    String before = listed();
    assertThatThrownBy(() ->
            commit(
                IPV4.add("open", new NftElement(address("10.96.0.9"))),
                IPV4.remove("tasks", task("10.96.0.1", 0, "10.0.0.1")),
                IPV4.remove("tasks", task("10.96.0.7", 5, "10.0.0.1")),
                new NftChange.ChainRemove("nowhere"),
                new NftChange.ChainAdd("late")))
        .isInstanceOfSatisfying(
            NetlinkException.class,
            e -> {
              assertThat(e.errnoName()).isEqualTo("ENOENT");
              assertThat(e.operation())
                  .isEqualTo(
                      "remove elements of set tasks4, from 10.96.0.7 . 5 on in table inet weft");
            });
    assertThat(listed()).isEqualTo(before);
  }

  @Test
  void anErrorOfTheLastChangeIsReportedToo() {
    commit(new NftChange.TableAdd());
    assertThatThrownBy(() -> commit(new NftChange.ChainAdd("x"), new NftChange.ChainRemove("y")))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("remove chain y in table inet weft: ENOENT");
    assertThat(listed()).doesNotContain("chain");
  }

  @Test
  void aTableThatIsNotThereIsRemovedAllTheSame() {
    nft.runPlain("add table inet other");
    commit(new NftChange.TableRemove());
    commit(table());
    commit(new NftChange.TableRemove());
    assertThat(nft.runPlain("list tables")).isEqualToIgnoringNewLines("table inet other");
  }

  @Test
  void aBatchThatAsksForNothingSendsNothing() {
    assertThat(messages(() -> commit())).isZero();
    assertThat(messages(() -> commit(IPV4.add("tasks")))).isZero();
  }
}
