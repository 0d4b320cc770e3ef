package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.apply.Failures;
import dev.weft.agent.dataplane.drift.DriftWatch;
import dev.weft.agent.dataplane.ipsec.NodeKeys;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.NodeSettings;
import dev.weft.agent.dataplane.kernel.Underlays;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.NftablesMonitor;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.xfrm.XfrmNotification;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reconciles the kernel of one node with a NodeSpec. Thread-safe; calls run one at a time. */
public final class DataPlane implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final HostKernel kernel;
  private final Reconciliation reconciliation;
  private @Nullable DriftWatch watch;

  private DataPlane(NetworkNamespace node, Optional<KeyFile> keys) {
    kernel = new HostKernel(node, new NodeSettings(keys.map(KeyFile::besides)));
    reconciliation = new Reconciliation(kernel, new NodeKeys(keys));
  }

  /**
   * Opens the data plane of the calling thread's network namespace.
   *
   * @param keys file that stores the keys of encrypted networks
   */
  public static DataPlane open(KeyFile keys) {
    return new DataPlane(NetworkNamespace.current(), Optional.of(keys));
  }

  /**
   * Opens the data plane of the network namespace at {@code node}.
   *
   * @param keys file that stores the keys of encrypted networks
   */
  public static DataPlane open(Path node, KeyFile keys) {
    return new DataPlane(NetworkNamespace.open(node), Optional.of(keys));
  }

  /**
   * Opens the data plane of the network namespace at {@code node}, such as {@code /run/netns/a},
   * without encryption.
   */
  public static DataPlane open(Path node) {
    return new DataPlane(NetworkNamespace.open(node), Optional.empty());
  }

  /** Explains to users why a pass ended early. */
  public static Problem problemOf(RuntimeException error) {
    return Failures.ofPass(error);
  }

  /** Whether an interface in a sandbox was made for an address that is not claimed yet. */
  public static boolean isUnfinished(Link link) {
    return isOurs(link) && !link.isUp();
  }

  /** Whether a device carries Weft's mark. */
  public static boolean isOurs(Link link) {
    return Owner.of(link).isPresent();
  }

  /**
   * Reconciles the part of the kernel that {@code scope} names. A network that cannot be built does
   * not block the others. The first call always reads the whole kernel.
   */
  public ReconcileOutcome reconcile(NodeSpec nodeSpec, PassScope scope) {
    return reconcile(nodeSpec, scope, made -> {});
  }

  /**
   * Like {@link #reconcile(NodeSpec, PassScope)}, with an early report.
   *
   * @param made runs at least once, when all changes are made and before announcements to
   *     neighbours
   */
  public ReconcileOutcome reconcile(
      NodeSpec nodeSpec, PassScope scope, Consumer<ReconcileOutcome> made) {
    return locked(() -> {
      if (watch != null) {
        watch.forgive();
      }
      ReconcileOutcome outcome = reconciliation.reconcile(nodeSpec, scope, made);
      if (watch != null) {
        watch.follow(reconciliation.sandboxes());
      }
      return outcome;
    });
  }

  /**
   * Reopens the UDP ports at which an earlier agent received ESP. Peers keep sending there before
   * the agent knows the desired state.
   */
  public void resume() {
    locked(() -> {
      reconciliation.resume();
      return reconciliation;
    });
  }

  /** Returns what {@link #reconcile} of everything would change, without changing it. */
  public List<Change> plan(NodeSpec nodeSpec) {
    return locked(() -> reconciliation.plan(nodeSpec));
  }

  /** Chooses the source of the node's tunnels; never a device of Weft. */
  public LocalVtep underlay(UnderlayChoice choice) {
    return locked(() ->
        new Underlays(reconciliation.lookAround(), choice)
            .choose(choice.reaches().flatMap(this::sourceTo)));
  }

  private Optional<InetAddress> sourceTo(InetAddress destination) {
    try {
      return Optional.ofNullable(kernel.netlink().routeTo(destination).source());
    } catch (NetlinkException unreachable) {
      return Optional.empty();
    }
  }

  /**
   * Reports drift to {@code listener} from now on, on a separate thread. The listener must return
   * soon and must not call this object.
   */
  public void onDrift(Consumer<DriftEvent> listener) {
    locked(() -> {
      if (watch != null) {
        throw new IllegalStateException("a listener for drift is already set");
      }
      watch = new DriftWatch(kernel, new LockedJudge(), listener);
      watch.follow(reconciliation.sandboxes());
      return watch;
    });
  }

  private final class LockedJudge implements DriftWatch.Judge {
    @Override
    public Optional<DriftEvent> judge(Notification notification) {
      try {
        return judged(judge -> judge.judge(notification));
      } catch (NetlinkException unreadable) {
        return Optional.of(
            new DriftEvent(
                PassScope.EVERYTHING,
                "a change could not be examined: " + unreadable.getMessage(),
                "unreadable"));
      }
    }

    @Override
    public Optional<DriftEvent> judge(XfrmNotification notification) {
      return judged(judge -> judge.judge(notification));
    }

    @Override
    public Optional<DriftEvent> judgeFilter() {
      return judged(DriftWatch.Judge::judgeFilter);
    }

    @Override
    public Optional<DriftEvent> judge(List<NftablesMonitor.Change> changes) {
      return judged(judge -> judge.judge(changes));
    }

    @Override
    public boolean concerns(String sandbox, List<Notification> notifications) {
      return locked(() ->
          reconciliation.judge().filter(it -> it.concerns(sandbox, notifications)).isPresent());
    }

    @Override
    public Optional<DriftEvent> judgeSandbox(String sandbox) {
      return judged(judge -> judge.judgeSandbox(sandbox));
    }

    @Override
    public Optional<DriftEvent> judgeDevices() {
      return judged(DriftWatch.Judge::judgeDevices);
    }

    @Override
    public Optional<DriftEvent> judgeFirewall() {
      return judged(DriftWatch.Judge::judgeFirewall);
    }
  }

  private Optional<DriftEvent> judged(
      Function<DriftWatch.Judge, Optional<DriftEvent>> notification) {
    return locked(() -> reconciliation.judge().flatMap(notification));
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the connections to the kernel; networks keep running. */
  @Override
  public void close() {
    DriftWatch listening = locked(() -> Optional.ofNullable(watch)).orElse(null);
    if (listening != null) {
      listening.close();
    }
    locked(() -> {
      kernel.close();
      return kernel;
    });
  }
}
