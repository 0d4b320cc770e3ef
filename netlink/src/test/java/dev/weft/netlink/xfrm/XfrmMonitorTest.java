package dev.weft.netlink.xfrm;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class XfrmMonitorTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private static final XfrmPolicyId ID =
      XfrmPolicyId.of(XfrmDirection.OUT, XfrmSelector.ALL_IPV4.udpTo(4790));

  @Test
  void policiesAreReportedWhenTheyComeChangeAndGo() {
    Xfrm xfrm = kernel.xfrm();
    XfrmMonitor monitor = watch(kernel.namespace());
    XfrmPolicySpec block = XfrmPolicySpec.block(ID, 9).withNumber(3);
    XfrmTemplate template =
        XfrmTemplate.transport(parseAddress("192.0.2.1"), parseAddress("192.0.2.2"), 7);
    XfrmPolicySpec protect = XfrmPolicySpec.protect(ID, 9, template).withNumber(3);
    xfrm.policyAdd(block);
    await(
        monitor, n -> n instanceof XfrmNotification.PolicyChanged(var p) && p.spec().equals(block));
    xfrm.policyUpdate(protect);
    await(
        monitor,
        n -> n instanceof XfrmNotification.PolicyChanged(var p) && p.spec().equals(protect));
    xfrm.policyDelete(ID);
    await(
        monitor,
        n -> n instanceof XfrmNotification.PolicyRemoved(var p) && p.spec().equals(protect));
  }

  @Test
  void anExpiringPolicyIsReportedTwice() {
    XfrmLifetime brief =
        new XfrmLifetime(
            XfrmLimits.NONE.withAge(Duration.ofSeconds(1)),
            XfrmLimits.NONE.withAge(Duration.ofSeconds(2)));
    Xfrm xfrm = kernel.xfrm();
    XfrmMonitor monitor = watch(kernel.namespace());
    XfrmPolicySpec block = XfrmPolicySpec.block(ID, 9);
    xfrm.policyAdd(new XfrmPolicySpec(ID, 0, 9, block.action(), block.templates(), brief));
    await(monitor, n -> n instanceof XfrmNotification.PolicyExpired(_, boolean hard) && !hard);
    await(monitor, n -> n instanceof XfrmNotification.PolicyExpired(_, boolean hard) && hard);
    assertThat(xfrm.policies()).isEmpty();
  }

  @Test
  void aPacketWithoutItsStateIsReported() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket receiver = pair.socket(1, 4790)) {
      XfrmMonitor monitor = watch(kernel.namespace());
      XfrmTemplate template = XfrmTemplate.transport(XfrmPair.address(0), XfrmPair.address(1), 7);
      pair.xfrm(0).policyAdd(XfrmPolicySpec.protect(ID, 9, template));
      assertThat(pair.arrives(sender, receiver)).isFalse();
      XfrmNotification told = await(monitor, n -> n instanceof XfrmNotification.Acquire);
      assertThat(told)
          .isInstanceOfSatisfying(
              XfrmNotification.Acquire.class,
              acquire -> {
                assertThat(acquire.packet().destination())
                    .isEqualTo(IpPrefix.host(XfrmPair.address(1)));
                assertThat(acquire.templates()).containsExactly(template);
              });
      assertThat(pair.xfrm(0).states())
          .extracting(state -> state.spec().id().spi())
          .containsExactly(0L);
    }
  }

  @Test
  void closingEndsAWaitingReader() {
    kernel.xfrm();
    XfrmMonitor monitor = watch(kernel.namespace());
    CompletableFuture<Optional<XfrmNotification>> waiting =
        CompletableFuture.supplyAsync(monitor::next, task -> Thread.ofPlatform().start(task));
    monitor.close();
    assertThat(waiting).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(Optional.empty());
  }

  private XfrmMonitor watch(NetworkNamespace namespace) {
    return kernel.closeLater(XfrmMonitor.open(namespace));
  }

  /** Reads notifications up to the expected one. */
  static XfrmNotification await(XfrmMonitor monitor, Predicate<XfrmNotification> wanted) {
    CompletableFuture<XfrmNotification> found =
        CompletableFuture.supplyAsync(
            () -> {
              while (true) {
                XfrmNotification next = monitor.next().orElseThrow();
                if (wanted.test(next)) {
                  return next;
                }
              }
            },
            task -> Thread.ofPlatform().start(task));
    assertThat(found).succeedsWithin(Duration.ofSeconds(30));
    return found.join();
  }
}
