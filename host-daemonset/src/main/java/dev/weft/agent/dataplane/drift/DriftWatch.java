package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.kernel.FirewallProbe;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.retry.Timer;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.nft.NftablesMonitor;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Monitor;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.xfrm.XfrmMonitor;
import dev.weft.netlink.xfrm.XfrmNotification;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens to the kernel and reports drift, once for each thing until it is reconciled. */
public final class DriftWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DriftWatch.class);

  /** Not what packets ask for: the kernel would keep note of each. */
  private static final Set<XfrmMonitor.Group> IPSEC =
      EnumSet.of(XfrmMonitor.Group.EXPIRE, XfrmMonitor.Group.STATES, XfrmMonitor.Group.POLICIES);

  /** Notifications at a time: a flood of changes is not kept in memory. */
  private static final int BATCH = 4096;

  /** How long notifications are gathered; longer each time while changes flood the kernel. */
  private static final Duration MOMENT = Duration.ofMillis(50);

  private static final Duration LONGEST_MOMENT = Duration.ofSeconds(1);
  private static final int FLOOD = 256;

  private final Consumer<DriftEvent> listener;
  private final Set<Once> reported = ConcurrentHashMap.newKeySet();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final Restraint restraint = new Restraint();
  private final Timer timer = new Timer();
  private final List<AutoCloseable> monitors = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean closed;

  /** Of the thread that listens to links alone. */
  private Duration moment = MOMENT;

  /** Says what of a notification is drift. */
  public interface Judge {
    Optional<DriftEvent> judge(Notification notification);

    Optional<DriftEvent> judge(XfrmNotification notification);

    /** Puts the packet filter back if it is not as it was left. */
    Optional<DriftEvent> judgeFilter();

    /** Puts the source guard back if one of the changes is not ours. */
    Optional<DriftEvent> judge(List<NftablesMonitor.Change> changes);

    /** The node's own firewall may do something else with forwarded packets than before. */
    Optional<DriftEvent> judgeFirewall();
  }

  public DriftWatch(HostKernel kernel, Judge judge, Consumer<DriftEvent> listener) {
    this.listener = listener;
    listen(
        "weft-drift",
        new Source<Monitor, Notification>(
            () -> Monitor.open(kernel.namespace()), this::gist, new Notification.Overrun()),
        judge::judge);
    try {
      listen(
          "weft-drift-ipsec",
          new Source<XfrmMonitor, XfrmNotification>(
              () -> XfrmMonitor.open(kernel.namespace(), IPSEC),
              monitor -> monitor.next().stream().toList(),
              new XfrmNotification.Overrun()),
          judge::judge);
    } catch (NetlinkException e) {
      LOG.atDebug().setCause(e).log("this kernel has no IPsec, of which nothing is to be heard");
    }
    try {
      listen(
          "weft-drift-filter",
          new Source<NftablesMonitor, NftablesMonitor.Change>(
              () ->
                  NftablesMonitor.open(
                      kernel.namespace(), NftablesMonitor.Family.INET, NftTable.NAME),
              DriftWatch::once,
              new NftablesMonitor.Change.Overrun()),
          _ -> judge.judgeFilter());
      listen(
          "weft-drift-guard",
          new Source<NftablesMonitor, List<NftablesMonitor.Change>>(
              () ->
                  NftablesMonitor.open(
                      kernel.namespace(), NftablesMonitor.Family.BRIDGE, NftTable.NAME),
              DriftWatch::all,
              List.of(new NftablesMonitor.Change.Overrun())),
          judge::judge);
      listen(
          "weft-drift-firewall",
          new Source<NftablesMonitor, NftablesMonitor.Change>(
              () ->
                  NftablesMonitor.ofForwarding(
                      kernel.namespace(), Set.of(NftTable.NAME, FirewallProbe.TABLE)),
              DriftWatch::once,
              new NftablesMonitor.Change.Overrun()),
          _ -> judge.judgeFirewall());
    } catch (NetlinkException e) {
      LOG.atDebug().setCause(e).log("this kernel has no nftables, which therefore never changes");
    }
  }

  /** What has been reported may be reported again: a reconcile looks at it from now on. */
  public void forgive() {
    reported.clear();
  }

  /**
   * Where notifications come from.
   *
   * @param open opens a monitor
   * @param next waits for the next notifications; none when the monitor is closed
   * @param lost stands for everything that was not heard
   */
  private record Source<M extends AutoCloseable, N>(
      Supplier<M> open, Function<M, List<N>> next, N lost) {}

  /**
   * Listens on a thread of its own. A thread that failed opens another monitor and takes everything
   * for changed: what happened meanwhile was not heard.
   */
  private <M extends AutoCloseable, N> void listen(
      String name, Source<M, N> source, Function<N, Optional<DriftEvent>> judge) {
    AtomicReference<@Nullable M> first = new AtomicReference<>(add(source.open.get()));
    threads.add(
        Supervised.start(
            Thread.ofPlatform().daemon(),
            name,
            () -> {
              M monitor = first.getAndSet(null);
              if (monitor == null) {
                monitor = add(source.open.get());
                judge.apply(source.lost).ifPresent(this::report);
              }
              try {
                for (List<N> batch = source.next.apply(monitor);
                    !batch.isEmpty();
                    batch = source.next.apply(monitor)) {
                  batch.forEach(each -> judge.apply(each).ifPresent(this::report));
                }
              } finally {
                remove(monitor);
              }
            }));
  }

  /** Keeps a monitor open until it is {@link #remove}d or this is closed, which it may be. */
  private <M extends AutoCloseable> M add(M monitor) {
    synchronized (monitors) {
      monitors.add(monitor);
      if (closed) {
        shut(monitor);
      }
    }
    return monitor;
  }

  private void remove(AutoCloseable monitor) {
    synchronized (monitors) {
      if (monitors.remove(monitor)) {
        shut(monitor);
      }
    }
  }

  private static void shut(AutoCloseable monitor) {
    try {
      monitor.close();
    } catch (Exception e) {
      LOG.atDebug().setCause(e).log("a monitor cannot be closed");
    }
  }

  /**
   * The notifications of a moment. A change of ours causes many, and each says only that a link is
   * to be looked at: once is enough, when we are through with it.
   */
  private List<Notification> gist(Monitor monitor) {
    Map<Object, Notification> last = new LinkedHashMap<>();
    monitor
        .next()
        .ifPresent(first -> {
          last.put(subject(first), first);
          LockSupport.parkNanos(moment.toNanos());
          List<Notification> more = monitor.more(BATCH);
          more.forEach(each -> last.put(subject(each), each));
          moment = more.size() < FLOOD ? MOMENT : longer(moment);
        });
    return List.copyOf(last.values());
  }

  /**
   * What the kernel keeps of a flood is bounded, so the longer the wait, the less there is to do.
   */
  private static Duration longer(Duration moment) {
    Duration twice = moment.multipliedBy(2);
    return twice.compareTo(LONGEST_MOMENT) < 0 ? twice : LONGEST_MOMENT;
  }

  /** One look answers all changes by now. */
  private static List<NftablesMonitor.Change> once(NftablesMonitor filter) {
    List<NftablesMonitor.Change> first = filter.next().stream().toList();
    filter.more(BATCH);
    return first;
  }

  /** The changes by now; nothing when the monitor is closed. */
  private static List<List<NftablesMonitor.Change>> all(NftablesMonitor guard) {
    List<NftablesMonitor.Change> all = new ArrayList<>(guard.next().stream().toList());
    if (all.isEmpty()) {
      return List.of();
    }
    all.addAll(guard.more(BATCH));
    return List.of(all);
  }

  /** What a link is called is no subject: the names of two may be no text. */
  private record LinkAt(int index, String name) {}

  private static Object subject(Notification notification) {
    return switch (notification) {
      case Notification.LinkChanged(Link link) -> new LinkAt(link.index(), link.name());
      case Notification.LinkRemoved(Link link) -> new LinkAt(link.index(), link.name());
      case Notification.BridgePortChanged(int link, _, _) -> link;
      case Notification.BridgePortRemoved(int link, _) -> link;
      default -> notification;
    };
  }

  /** What is reported once until the next reconcile. */
  private record Once(PassScope scope, String restless) {}

  private void report(DriftEvent event) {
    String restless = event.restless();
    if (waiting.contains(restless) || !reported.add(new Once(event.scope(), restless))) {
      return;
    }
    Duration delay = restless.isEmpty() ? Duration.ZERO : restrain(restless);
    if (delay.isZero()) {
      listener.accept(event);
    } else if (waiting.add(restless)) {
      LOG.atInfo()
          .addKeyValue("endpoint", restless)
          .log("{} again and again; it is looked at in {}", event.what(), delay);
      timer.after(
          delay,
          () -> {
            waiting.remove(restless);
            listener.accept(event);
          });
    }
  }

  private Duration restrain(String restless) {
    synchronized (restraint) {
      return restraint.delay(restless, Instant.now());
    }
  }

  @Override
  public void close() {
    synchronized (monitors) {
      closed = true;
      monitors.forEach(DriftWatch::shut);
      monitors.clear();
    }
    timer.close();
    try {
      for (Thread thread : threads) {
        // one that waits to run again
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
