package dev.weft.agent.sandbox;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records its calls. */
final class RecordingListener implements SandboxListener {
  final List<String> calls = new CopyOnWriteArrayList<>();
  volatile AttachResult verdict = new AttachResult.Wired();

  @Override
  public AttachResult attach(Sandbox sandbox) {
    calls.add("attach " + sandbox.id() + " " + sandbox.networks());
    return verdict;
  }

  @Override
  public void detach(Sandbox sandbox) {
    calls.add("detach " + sandbox.id());
  }

  @Override
  public void synced() {
    calls.add("synced");
  }
}
