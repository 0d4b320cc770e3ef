package dev.weft.agent.nri;

import dev.weft.agent.attach.Deadlines;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tracks the sandboxes of a runtime. */
final class SandboxFollower implements Plugin {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxFollower.class);

  private final Pods pods;
  private final Runnable whenListed;
  private volatile Duration patience = Deadlines.ANSWER;
  private volatile boolean listed;

  SandboxFollower(Pods pods, Runnable whenListed) {
    this.pods = pods;
    this.whenListed = whenListed;
  }

  /** Whether the runtime has listed its sandboxes. */
  boolean isListed() {
    return listed;
  }

  @Override
  public List<Integer> configure(String runtime, Duration granted) {
    Duration most = granted.multipliedBy(4).dividedBy(5);
    if (granted.isPositive() && most.compareTo(Deadlines.ANSWER) < 0) {
      patience = most;
    }
    LOG.atInfo().addKeyValue("runtime", runtime).log("NRI session");
    return List.of(RUN_POD_SANDBOX, STOP_POD_SANDBOX, REMOVE_POD_SANDBOX);
  }

  @Override
  public void synchronize(List<PodSandbox> sandboxes) {
    pods.listed(sandboxes);
    listed = true;
    whenListed.run();
  }

  @Override
  public Optional<String> changed(int event, PodSandbox sandbox) {
    switch (event) {
      case RUN_POD_SANDBOX -> {
        return pods.starting(sandbox, patience);
      }
      case STOP_POD_SANDBOX, REMOVE_POD_SANDBOX -> pods.over(sandbox.id());
      default -> {}
    }
    return Optional.empty();
  }
}
