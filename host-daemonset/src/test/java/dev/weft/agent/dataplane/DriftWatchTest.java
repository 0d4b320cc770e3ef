package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.Lab.Box;
import dev.weft.agent.retry.Supervised;
import dev.weft.netlink.LinkKind;
import dev.weft.netlink.LinkSpec;
import dev.weft.netlink.NftablesMonitor;
import dev.weft.netlink.Notification;
import dev.weft.netlink.XfrmNotification;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriftWatchTest {
  private final Lab lab = new Lab();
  private final Box node = lab.box("node");
  private final Kernel kernel =
      new Kernel(node.namespace().duplicate(), new NodeSettings(java.util.Optional.empty()));
  private final Queue<Notification> judged = new ConcurrentLinkedQueue<>();
  private final Queue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
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
              ? Optional.of(new DriftEvent(Dirty.EVERYTHING, "everything"))
              : Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judge(XfrmNotification notification) {
          return Optional.empty();
        }

        @Override
        public Optional<DriftEvent> judge(NftablesMonitor.Change change) {
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

      await().until(() -> drift.stream().anyMatch(each -> each.dirty().equals(Dirty.EVERYTHING)));
      assertThat(Supervised.failures().get("weft-drift")).isEqualTo(before + 1);

      node.netlink().linkAdd(LinkSpec.of("second", new LinkKind.Bridge()));
      await()
          .until(() ->
              judged.stream()
                  .anyMatch(each ->
                      each instanceof Notification.LinkChanged(var link)
                          && link.name().equals("second")));
      assertThat(Supervised.problems()).isEmpty();
    } finally {
      watch.close();
    }
  }
}
