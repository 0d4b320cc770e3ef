package dev.weft.agent;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many file descriptors this node allows the agent. */
final class Descriptors {
  /**
   * What an agent holds at most in its ordinary course: its libraries and listeners, two for each
   * of some hundred watches, and two for each sandbox that is being wired.
   */
  static final long NEEDED = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

  private Descriptors() {}

  /** How many a process may open; as many as needed where the system does not say. */
  static long allowed() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? system.getMaxFileDescriptorCount()
        : NEEDED;
  }

  /** Warns where there may be too few; the JVM has raised the limit as far as it may. */
  static void check() {
    long allowed = allowed();
    if (allowed < NEEDED) {
      LOG.atWarn()
          .log(
              "this node allows the agent {} file descriptors and it needs up to {}; raise"
                  + " LimitNOFILE of the container runtime",
              allowed,
              NEEDED);
    }
  }
}
