package dev.weft.agent;

import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;

/** Records in {@code metrics} how long new sandboxes wait for {@code wiring}. */
record TimedWirer(SandboxListener wiring, AgentMetrics metrics) implements SandboxListener {
  @Override
  public AttachResult attach(Sandbox sandbox) {
    return metrics.attach(() -> wiring.attach(sandbox));
  }

  @Override
  public AttachResult adopt(Sandbox sandbox) {
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
