package dev.weft.agent.dataplane.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.NodeSettings;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.retry.Supervised;
import dev.weft.netlink.nft.NftablesMonitor;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.xfrm.XfrmNotification;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriftWatchTest {
  private static final int FLOOD = 1000;

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final HostKernel kernel =
      new HostKernel(node.namespace().duplicate(), new NodeSettings(Optional.empty()));
  private final Queue<Notification> judged = new ConcurrentLinkedQueue<>();
  private final Queue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
  private final AtomicInteger checks = new AtomicInteger();
  private final Queue<String> looks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean fails = new AtomicBoolean();

  private final DriftWatch.Judge judge =
      new DriftWatch.Judge() {
        @Override
        public Optional<DriftEvent> judge(Notification notification) {
          if (fails.getAndSet(false)) {
            throw new IllegalStateException("on purpose");
          }
          judged.add(notification);
          return notification instanceof Notification.Overrun
              ? Optional.of(new DriftEvent(PassScope.EVERYTHING, "everything"))
              : Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judge(XfrmNotification notification) {
          return Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judgeFilter() {
          return Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judge(List<NftablesMonitor.Change> changes) {
          return Optional.empty();
        }

        @Override
        public boolean concerns(String sandbox, List<Notification> notifications) {
          return true;
        }

        @Override
        public Optional<DriftEvent> judgeSandbox(String sandbox) {
          looks.add(sandbox);
          return Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judgeDevices() {
          checks.incrementAndGet();
          return Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judgeFirewall() {
          return Optional.empty();
        }
      };

  @AfterEach
  void nothingStays() {
    kernel.close();
    lab.close();
  }

  @Test
  void aWatchThatFailedListensAgainAndTakesEverythingForChanged() {
    DriftWatch watch = new DriftWatch(kernel, judge, drift::add);
    try {
      long before = Supervised.failures().get("weft-drift");
      fails.set(true);
      node.netlink().linkAdd(LinkSpec.of("first", new LinkKind.Bridge()));

      await()
          .until(() -> drift.stream().anyMatch(each -> each.scope().equals(PassScope.EVERYTHING)));
      assertThat(Supervised.failures().get("weft-drift")).isEqualTo(before + 1);

      node.netlink().linkAdd(LinkSpec.of("second", new LinkKind.Bridge()));
      await().until(() -> judged.stream().anyMatch(each -> isOf("second", each)));
      assertThat(Supervised.problems()).isEmpty();
    } finally {
      watch.close();
    }
  }

  @Test
  void aFloodOfChangesOfALinkIsJudgedFewTimes() {
    DriftWatch watch = new DriftWatch(kernel, judge, drift::add);
    try {
      int link = node.netlink().linkAdd(LinkSpec.of("flood", new LinkKind.Bridge())).index();
      for (int i = 0; i < FLOOD; i++) {
        LinkSettings toggled = LinkSettings.builder().up(i % 2 == 0).build();
        node.netlink().linkSet(link, toggled);
      }
      node.netlink().linkAdd(LinkSpec.of("last", new LinkKind.Bridge()));
      await().until(() -> judged.stream().anyMatch(each -> isOf("last", each)));

      assertThat(judged).filteredOn(each -> isOf("flood", each)).hasSizeLessThan(FLOOD / 10);
    } finally {
      watch.close();
    }
  }

  @Test
  void whatTheKernelDoesNotReportIsCheckedAgainAndAgain() {
    String sandbox = lab.box("sandbox").file().toString();
    DriftWatch watch = new DriftWatch(kernel, judge, drift::add, Duration.ofMillis(50));
    try {
      watch.follow(Set.of(sandbox));
      // the first look follows the sandbox, the others are checks
      await().until(() -> checks.get() > 2 && looks.size() > 2);
      assertThat(looks).containsOnly(sandbox);
    } finally {
      watch.close();
    }
  }

  private static boolean isOf(String name, Notification notification) {
    return notification instanceof Notification.LinkChanged(var link) && link.name().equals(name);
  }
}
