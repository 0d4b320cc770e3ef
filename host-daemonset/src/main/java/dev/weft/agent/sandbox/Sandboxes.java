package dev.weft.agent.sandbox;

import dev.weft.api.SandboxReference;
import java.util.Collection;
import java.util.Optional;

/**
 * A source of sandboxes: a directory, a container runtime, an engine. It calls its {@link
 * SandboxListener} once for each sandbox that runs at its start, and for each later start and end.
 */
public interface Sandboxes extends AutoCloseable {
  /** Starts to follow the sandboxes. */
  void start(SandboxListener wiring);

  /** Whether all running sandboxes are known. Before that, a missing sandbox proves nothing. */
  boolean isSynced();

  /** Why this source does not follow its sandboxes now; empty if it does. */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /** The running sandboxes, as far as they are known. */
  Collection<Sandbox> running();

  /** The sandbox that runs for this {@link AddressOwner#owner}; empty if none is known. */
  default Optional<SandboxReference> of(String owner) {
    return running().stream()
        .filter(each -> each.owner().equals(owner))
        .map(Sandbox::reference)
        .findFirst();
  }

  /**
   * Whether a sandbox of this id or owner may be running, even if the source cannot read its
   * details.
   */
  boolean mayRun(String idOrOwner);

  /**
   * Takes a result that came after the answer to {@link SandboxListener#attach}; ignores sandboxes
   * of other sources.
   */
  void report(Sandbox sandbox, AttachResult verdict);

  @Override
  void close();
}
