package dev.weft.agent.sandbox;

import dev.weft.api.SandboxReference;
import java.util.Collection;
import java.util.Optional;

/**
 * A source of sandboxes: a directory, a container runtime, an engine. It calls its {@link
 * SandboxListener} once for each sandbox that runs when it starts and for each that comes or goes
 * later.
 */
public interface Sandboxes extends AutoCloseable {
  /** Begins to follow the sandboxes. */
  void start(SandboxListener wiring);

  /**
   * Whether all sandboxes that run are known. Before, nothing may be concluded from the absence of
   * one.
   */
  boolean isSynced();

  /** Why this source does not follow its sandboxes now; empty: it does. */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /** The sandboxes that run, as far as they are known. */
  Collection<Sandbox> running();

  /** The sandbox that runs for this {@link AddressOwner#owner}; empty if none is known. */
  default Optional<SandboxReference> of(String owner) {
    return running().stream()
        .filter(each -> each.owner().equals(owner))
        .map(Sandbox::reference)
        .findFirst();
  }

  /**
   * Whether a sandbox of this id or owner may be running, also where the source cannot read more of
   * it.
   */
  boolean mayRun(String idOrOwner);

  /**
   * Takes note of a verdict that came later than the answer to {@link SandboxListener#attach}; of a
   * sandbox that is not its own it takes none.
   */
  void report(Sandbox sandbox, AttachResult verdict);

  @Override
  void close();
}
