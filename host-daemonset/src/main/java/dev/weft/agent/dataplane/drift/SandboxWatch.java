package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Timer;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Monitor;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.rtnl.PeerMonitor;
import dev.weft.netlink.rtnl.PeerMonitor.Heard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches Weft's interfaces in sandboxes, with one socket and one thread for all of them.
 *
 * <p>A socket in each sandbox would need no CAP_NET_BROADCAST, but a descriptor each. It would also
 * keep an ended sandbox alive with its devices, so that the node's end of the cable stayed and
 * nobody learned of the end. The price of one socket is that a pod's flood loses notifications of
 * others. All sandboxes are then looked at, more rarely while the flood lasts.
 */
final class SandboxWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxWatch.class);

  private static final Set<Monitor.Group> GROUPS =
      EnumSet.of(
          Monitor.Group.LINKS,
          Monitor.Group.ADDRESSES,
          Monitor.Group.ROUTES,
          Monitor.Group.SETTINGS);

  private static final int BATCH = 4096;
  private static final int FLOOD = 256;

  /** How long to collect notifications; doubles while changes flood the kernel. */
  private static final Duration MOMENT = Duration.ofMillis(10);

  private static final Duration LONGEST_MOMENT = Duration.ofSeconds(1);

  /** Looks at a sandbox without delay, of which an attachment causes a few. */
  private static final int FREE = 16;

  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10));

  /** {@code CAP_NET_BROADCAST}. */
  private static final int BROADCAST = 11;

  /** Stands for all sandboxes. */
  static final String EVERYONE = "";

  private final DriftWatch.Judge judge;
  private final Consumer<DriftEvent> report;
  private final Timer timer;
  private final Restraint restraint = new Restraint(FREE, BACKOFF);
  private final Set<String> pending = ConcurrentHashMap.newKeySet();
  private final Set<String> followed = new HashSet<>();
  private final Map<Integer, String> files = new HashMap<>();
  private @Nullable PeerMonitor monitor;

  /** Used only by the listening thread. */
  private Duration moment = MOMENT;

  SandboxWatch(DriftWatch.Judge judge, Consumer<DriftEvent> report, Timer timer) {
    this.judge = judge;
    this.report = report;
    this.timer = timer;
    if (!mayListen()) {
      LOG.atWarn()
          .log("the agent lacks CAP_NET_BROADCAST; it notices drift in sandboxes minutes later");
    }
  }

  private static boolean mayListen() {
    try {
      return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
          .filter(line -> line.startsWith("CapEff:"))
          .anyMatch(line ->
              (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> BROADCAST & 1) == 1);
    } catch (IOException e) {
      return false;
    }
  }

  /** Opens a monitor of the followed sandboxes. */
  PeerMonitor open() {
    PeerMonitor opened = PeerMonitor.open(GROUPS);
    List<String> all;
    synchronized (this) {
      monitor = opened;
      files.clear();
      all = List.copyOf(followed);
    }
    all.forEach(this::watch);
    return opened;
  }

  /** Follows these sandboxes, and no others. Returns at once. */
  void follow(Set<String> sandboxes) {
    List<String> come = new ArrayList<>();
    synchronized (this) {
      if (followed.size() > sandboxes.size() || !sandboxes.containsAll(followed)) {
        followed.retainAll(sandboxes);
        files.values().retainAll(sandboxes);
      }
      for (String each : sandboxes) {
        if (followed.add(each)) {
          come.add(each);
        }
      }
    }
    if (!come.isEmpty()) {
      // a change before the monitor heard the sandbox shows only in a look
      timer.after(Duration.ZERO, () -> come.forEach(this::begin));
    }
  }

  /** Looks at all sandboxes, also for changes that the kernel does not report. */
  void check() {
    List<String> all;
    synchronized (this) {
      all = List.copyOf(followed);
    }
    all.forEach(this::begin);
  }

  private void begin(String file) {
    watch(file);
    look(file);
  }

  private synchronized void watch(String file) {
    PeerMonitor open = monitor;
    if (open == null || !followed.contains(file)) {
      return;
    }
    try (NetworkNamespace namespace = NetworkNamespace.open(Path.of(file))) {
      files.put(open.watch(namespace), file);
    } catch (NetlinkException | IllegalStateException gone) {
      LOG.atDebug().addKeyValue("sandbox", file).setCause(gone).log("not watched");
    }
  }

  /** Waits for changes, and returns some of them by sandbox; none when the monitor is closed. */
  List<Map<String, List<Notification>>> next(PeerMonitor heard) {
    Map<String, List<Notification>> changes = new LinkedHashMap<>();
    heard
        .next()
        .ifPresent(first -> {
          note(first, changes);
          LockSupport.parkNanos(moment.toNanos());
          List<Heard> more = heard.more(BATCH);
          more.forEach(each -> note(each, changes));
          Duration twice = moment.multipliedBy(2);
          moment =
              more.size() < FLOOD
                  ? MOMENT
                  : twice.compareTo(LONGEST_MOMENT) < 0 ? twice : LONGEST_MOMENT;
          changes.putIfAbsent(EVERYONE, List.of());
        });
    return changes.isEmpty() ? List.of() : List.of(changes);
  }

  private synchronized void note(Heard heard, Map<String, List<Notification>> changes) {
    String file =
        heard.notification() instanceof Notification.Overrun ? EVERYONE : files.get(heard.peer());
    if (file != null) {
      changes.computeIfAbsent(file, _ -> new ArrayList<>()).add(heard.notification());
    }
  }

  /** Looks at the sandboxes that the changes concern. */
  void judge(Map<String, List<Notification>> changes) {
    changes.forEach((file, notifications) -> {
      if (!notifications.isEmpty()
          && (file.equals(EVERYONE) || judge.concerns(file, notifications))) {
        look(file);
      }
    });
  }

  /** Looks at a sandbox now, or later if its pod changes it all the time. */
  private void look(String file) {
    if (!pending.add(file)) {
      return;
    }
    Duration delay;
    synchronized (restraint) {
      delay = restraint.delay(file, Instant.now());
    }
    if (delay.isZero()) {
      lookNow(file);
    } else {
      timer.after(delay, () -> lookNow(file));
    }
  }

  private void lookNow(String file) {
    pending.remove(file);
    if (file.equals(EVERYONE)) {
      check();
    } else {
      judge.judgeSandbox(file).ifPresent(report);
    }
  }
}
