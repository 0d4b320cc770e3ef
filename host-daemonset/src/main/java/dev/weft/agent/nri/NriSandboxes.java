package dev.weft.agent.nri;

import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import dev.weft.agent.sandbox.Sandboxes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Pods of the container runtime behind an NRI socket. When a session ends, because the runtime
 * restarts or has dropped the plugin, another one follows.
 *
 * <p>A sandbox that is starting may be missing from both the list that opens a session and its
 * events. So a second plugin requests the list again a while later, and disconnects. It treats a
 * sandbox as stopped only when both lists lack it.
 */
public final class NriSandboxes implements Sandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(NriSandboxes.class);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));
  private static final Duration SETTLING = Duration.ofSeconds(5);
  private static final String NAME = "weft";

  private final Path socket;
  private final Duration settling;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Pods pods;
  private volatile @Nullable SandboxFollower session;
  private volatile boolean closed;

  /** Pods of the runtime that listens on {@code socket}. */
  public NriSandboxes(Path socket) {
    this(socket, SETTLING);
  }

  NriSandboxes(Path socket, Duration settling) {
    this.socket = socket;
    this.settling = settling;
  }

  @Override
  public void start(SandboxListener wiring) {
    Pods known = new Pods(wiring);
    pods = known;
    Thread _ = Supervised.start("nri", () -> follow(known));
  }

  @Override
  public boolean isSynced() {
    Pods known = pods;
    return known != null && known.isSynced();
  }

  @Override
  public Optional<String> trouble() {
    SandboxFollower current = session;
    return current != null && current.isListed()
        ? Optional.empty()
        : Optional.of("no NRI session with the container runtime at " + socket);
  }

  @Override
  public Collection<Sandbox> running() {
    Pods known = pods;
    return known == null ? List.of() : known.running();
  }

  @Override
  public boolean mayRun(String idOrOwner) {
    Pods known = pods;
    return known == null || known.mayRun(idOrOwner);
  }

  /** Does nothing: the result only changes the answer to the runtime, which was already sent. */
  @Override
  public void report(Sandbox sandbox, AttachResult verdict) {}

  @Override
  public void close() {
    closed = true;
    sessions.forEach(Session::close);
  }

  private void follow(Pods known) {
    int failures = 0;
    while (!closed) {
      SandboxFollower plugin = new SandboxFollower(known, () -> settle(known));
      session = plugin;
      failures = serve(plugin, failures == 0) ? 1 : failures + 1;
      pause(BACKOFF.delay(failures));
    }
  }

  /** Runs one session; returns whether the runtime has listed its sandboxes in it. */
  private boolean serve(SandboxFollower plugin, boolean first) {
    String why = "it has closed the connection";
    try {
      converse(plugin);
    } catch (IOException e) {
      why = e.toString();
    }
    session = null;
    boolean news = first || plugin.isListed();
    LOG.atLevel(news && !closed ? Level.WARN : Level.DEBUG)
        .addKeyValue("socket", socket)
        .log("no NRI session with the container runtime; the agent tries again: {}", why);
    return plugin.isListed();
  }

  /** Requests the list a second time. */
  private void settle(Pods known) {
    Thread.ofVirtual()
        .name("nri settling")
        .start(() -> {
          pause(settling);
          try {
            converse(new Lister(known));
          } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the second list did not come; the next session's will");
          }
        });
  }

  private void converse(Plugin plugin) throws IOException {
    try (Session session = Session.open(socket, plugin)) {
      sessions.add(session);
      try {
        if (!closed) {
          session.serve(NAME);
        }
      } finally {
        sessions.remove(session);
      }
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
