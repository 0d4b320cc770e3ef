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
import dev.weft.netlink.rtnl.PeerMonitor;
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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens to the kernel and reports drift, once for each difference until the next reconcile. */
public final class DriftWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DriftWatch.class);

  /** Excludes acquire notifications, for which the kernel would keep a state for each packet. */
  private static final Set<XfrmMonitor.Group> IPSEC =
      EnumSet.of(XfrmMonitor.Group.EXPIRE, XfrmMonitor.Group.STATES, XfrmMonitor.Group.POLICIES);

  /** Maximum notifications at a time, so that a flood of changes does not fill the memory. */
  private static final int BATCH = 4096;

  /** How long to collect notifications; doubles while changes flood the kernel. */
  private static final Duration MOMENT = Duration.ofMillis(50);

  /** Mean time between checks of what the kernel does not report, such as {@code arp_ignore}. */
  private static final Duration CHECK = Duration.ofMinutes(5);

  private static final Duration LONGEST_MOMENT = Duration.ofSeconds(1);
  private static final int FLOOD = 256;

  private final Consumer<DriftEvent> listener;
  private final Set<Once> reported = ConcurrentHashMap.newKeySet();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final Restraint restraint = new Restraint();
  private final Timer timer = new Timer();
  private final List<AutoCloseable> monitors = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Judge judge;
  private final Duration check;
  private final SandboxWatch sandboxes;
  private boolean closed;

  /** Used only by the thread that listens to links. */
  private Duration moment = MOMENT;

  /** Decides whether a notification is drift. */
  public interface Judge {
    Optional<DriftEvent> judge(Notification notification);

    Optional<DriftEvent> judge(XfrmNotification notification);

    /** Restores the packet filter if it differs from the last reconcile. */
    Optional<DriftEvent> judgeFilter();

    /** Restores the source guard if another program made one of the changes. */
    Optional<DriftEvent> judge(List<NftablesMonitor.Change> changes);

    /** Whether one of the notifications from a sandbox may be about an item of Weft. */
    boolean concerns(String sandbox, List<Notification> notifications);

    /** Compares a sandbox with what the last reconcile left there. */
    Optional<DriftEvent> judgeSandbox(String sandbox);

    /** Compares all devices of the node, also in what the kernel does not report. */
    Optional<DriftEvent> judgeDevices();

    /** The node's own firewall may now treat forwarded packets differently. */
    Optional<DriftEvent> judgeFirewall();
  }

  public DriftWatch(HostKernel kernel, Judge judge, Consumer<DriftEvent> listener) {
    this(kernel, judge, listener, CHECK);
  }

  /**
   * Starts to listen.
   *
   * @param check mean time between checks of what the kernel does not report
   */
  DriftWatch(HostKernel kernel, Judge judge, Consumer<DriftEvent> listener, Duration check) {
    this.check = check;
    this.listener = listener;
    this.judge = judge;
    sandboxes = new SandboxWatch(judge, this::report, timer);
    listen(
        "weft-drift-sandboxes",
        new Source<PeerMonitor, Map<String, List<Notification>>>(
            sandboxes::open,
            sandboxes::next,
            Map.of(SandboxWatch.EVERYONE, List.of(new Notification.Overrun()))),
        changes -> {
          sandboxes.judge(changes);
          return Optional.empty();
        });
    checkLater();
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
      LOG.atDebug().setCause(e).log("this kernel has no IPsec, so the agent does not watch it");
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

  /** Follows the interfaces in these sandboxes, and in no others. */
  public void follow(Set<String> files) {
    sandboxes.follow(files);
  }

  /** Checks what the kernel does not report, once in a while. */
  private void checkLater() {
    double spread = 0.8 + 0.4 * ThreadLocalRandom.current().nextDouble();
    timer.after(
        Duration.ofMillis((long) (check.toMillis() * spread)),
        () -> {
          try {
            judge.judgeDevices().ifPresent(this::report);
            sandboxes.check();
          } finally {
            checkLater();
          }
        });
  }

  /** Allows everything to be reported again, because a reconcile starts. */
  public void forgive() {
    reported.clear();
  }

  /**
   * A source of notifications.
   *
   * @param open opens a monitor
   * @param next waits for the next notifications; none when the monitor is closed
   * @param lost represents all missed notifications
   */
  private record Source<M extends AutoCloseable, N>(
      Supplier<M> open, Function<M, List<N>> next, N lost) {}

  /**
   * Listens on a separate thread. A failed thread restarts with a new monitor and treats everything
   * as changed, because it missed notifications meanwhile.
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

  /**
   * Keeps a monitor open until {@link #remove} or {@link #close}; closes it at once after the
   * latter.
   */
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
   * Collects notifications, and keeps the last one for each link. A change of Weft causes many, and
   * one look at the link afterwards is enough.
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
   * Doubles the wait. The kernel keeps a bounded part of a flood, so a longer wait means less work.
   */
  private static Duration longer(Duration moment) {
    Duration twice = moment.multipliedBy(2);
    return twice.compareTo(LONGEST_MOMENT) < 0 ? twice : LONGEST_MOMENT;
  }

  /** Waits for a change and discards further ones: one look covers all of them. */
  private static List<NftablesMonitor.Change> once(NftablesMonitor filter) {
    List<NftablesMonitor.Change> first = filter.next().stream().toList();
    filter.more(BATCH);
    return first;
  }

  /** Returns all changes so far; nothing when the monitor is closed. */
  private static List<List<NftablesMonitor.Change>> all(NftablesMonitor guard) {
    List<NftablesMonitor.Change> all = new ArrayList<>(guard.next().stream().toList());
    if (all.isEmpty()) {
      return List.of();
    }
    all.addAll(guard.more(BATCH));
    return List.of(all);
  }

  /** Includes the index, because the names of two links may be unreadable alike. */
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

  /** The key of what is reported once until the next reconcile. */
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
          .log("{} again and again; the agent checks it in {}", event.what(), delay);
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
        // it may wait for its restart
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
