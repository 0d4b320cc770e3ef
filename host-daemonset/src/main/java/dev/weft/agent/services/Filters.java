package dev.weft.agent.services;

import java.nio.file.Path;

/** The way to the packet filters of sandboxes. */
@FunctionalInterface
public interface Filters {
  /**
   * The packet filter of a sandbox.
   *
   * @param sandbox file of its network namespace
   * @throws RuntimeException with a message for the user, if it cannot be entered
   */
  Filter open(Path sandbox);

  /** The packet filter of one sandbox. */
  interface Filter extends AutoCloseable {
    /**
     * Runs commands in nft's language as one transaction.
     *
     * @return what they printed
     * @throws RuntimeException if none of them took effect
     */
    String run(String commands);

    /** Lets go of it; what was made stays. */
    @Override
    void close();
  }
}
