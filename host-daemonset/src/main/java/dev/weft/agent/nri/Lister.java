package dev.weft.agent.nri;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Takes a runtime's list of sandboxes and disconnects. */
final class Lister implements Plugin {
  private final Pods pods;

  Lister(Pods pods) {
    this.pods = pods;
  }

  /** Subscribes to one event: an empty subscription would mean all events. */
  @Override
  public List<Integer> configure(String runtime, Duration patience) {
    return List.of(REMOVE_POD_SANDBOX);
  }

  @Override
  public void synchronize(List<PodSandbox> sandboxes) {
    pods.listedAgain(sandboxes);
  }

  @Override
  public Optional<String> changed(int event, PodSandbox sandbox) {
    return Optional.empty();
  }

  @Override
  public boolean isDone() {
    return true;
  }
}
