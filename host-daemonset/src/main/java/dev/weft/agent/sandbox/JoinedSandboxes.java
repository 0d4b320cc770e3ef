package dev.weft.agent.sandbox;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The sandboxes of several sources combined. They are known once every source knows its own, so an
 * unreachable source never makes a partial list look complete.
 */
public final class JoinedSandboxes implements Sandboxes {
  private final List<Sandboxes> sources;

  /** Closes {@code sources} when it is closed. */
  public JoinedSandboxes(List<? extends Sandboxes> sources) {
    this.sources = List.copyOf(sources);
  }

  @Override
  public void start(SandboxListener wiring) {
    SandboxListener together =
        new SandboxListener() {
          @Override
          public AttachResult attach(Sandbox sandbox) {
            return wiring.attach(sandbox);
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
            if (isSynced()) {
              wiring.synced();
            }
          }
        };
    sources.forEach(each -> each.start(together));
  }

  @Override
  public boolean isSynced() {
    return sources.stream().allMatch(Sandboxes::isSynced);
  }

  @Override
  public Optional<String> trouble() {
    return sources.stream().flatMap(each -> each.trouble().stream()).findFirst();
  }

  @Override
  public Collection<Sandbox> running() {
    return sources.stream().flatMap(each -> each.running().stream()).toList();
  }

  @Override
  public boolean mayRun(String idOrOwner) {
    return sources.stream().anyMatch(each -> each.mayRun(idOrOwner));
  }

  @Override
  public void report(Sandbox sandbox, AttachResult verdict) {
    sources.forEach(each -> each.report(sandbox, verdict));
  }

  @Override
  public void close() {
    sources.forEach(Sandboxes::close);
  }
}
