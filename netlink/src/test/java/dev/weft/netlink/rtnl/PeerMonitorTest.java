package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class PeerMonitorTest {
  private static final IpPrefix PREFIX = IpPrefix.parse("10.9.0.1/24");

  @Test
  void eachChangeCarriesTheNumberOfItsNamespace() {
    try (NetworkNamespace one = NetworkNamespace.createUnnamed();
        NetworkNamespace two = NetworkNamespace.createUnnamed();
        PeerMonitor monitor = PeerMonitor.open(EnumSet.of(Monitor.Group.ADDRESSES));
        Netlink inOne = Netlink.open(one);
        Netlink inTwo = Netlink.open(two)) {
      int first = monitor.watch(one);
      int second = monitor.watch(two);

      assertThat(second).isNotEqualTo(first);
      assertThat(monitor.watch(one)).isEqualTo(first);
      inTwo.addressAdd(Address.of(1, PREFIX));
      inOne.addressAdd(Address.of(1, PREFIX));
      assertThat(monitor.next().map(PeerMonitor.Heard::peer)).contains(second);
      assertThat(monitor.next().map(PeerMonitor.Heard::peer)).contains(first);
    }
  }

  @Test
  void anUnwatchedNamespaceIsNotHeard() {
    try (NetworkNamespace watched = NetworkNamespace.createUnnamed();
        NetworkNamespace other = NetworkNamespace.createUnnamed();
        PeerMonitor monitor = PeerMonitor.open(EnumSet.of(Monitor.Group.ADDRESSES));
        Netlink inWatched = Netlink.open(watched);
        Netlink inOther = Netlink.open(other)) {
      int number = monitor.watch(watched);
      inOther.addressAdd(Address.of(1, PREFIX));
      inWatched.addressAdd(Address.of(1, PREFIX));

      assertThat(monitor.next().map(PeerMonitor.Heard::peer)).contains(number);
      assertThat(monitor.more(10)).allMatch(heard -> heard.peer() == number);
    }
  }
}
