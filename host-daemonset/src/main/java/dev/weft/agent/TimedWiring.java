package dev.weft.agent;

import dev.weft.agent.health.Metrics;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Verdict;
import dev.weft.agent.sandbox.Wiring;

/** Has {@code metrics} count how long new sandboxes wait for {@code wiring}. */
record TimedWiring(Wiring wiring, Metrics metrics) implements Wiring {
  @Override
  public Verdict attach(Sandbox sandbox) {
    return metrics.attach(() -> wiring.attach(sandbox));
  }

  @Override
  public Verdict adopt(Sandbox sandbox) {
    return wiring.adopt(sandbox);
  }

  @Override
  public void detach(Sandbox sandbox) {
    wiring.detach(sandbox);
  }

  @Override
  public void synced() {
    wiring.synced();
  }
}
