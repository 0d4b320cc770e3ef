package dev.weft.agent;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** File descriptors that this node allows the agent. */
final class Descriptors {
  /**
   * Most descriptors of an agent in normal operation: its libraries and listeners, two for each of
   * about a hundred watches, and two for each sandbox being wired.
   */
  static final long NEEDED = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

  private Descriptors() {}

  /** Descriptors that a process may open; {@link #NEEDED} if the system does not say. */
  static long allowed() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? system.getMaxFileDescriptorCount()
        : NEEDED;
  }

  /** Warns if there may be too few. The JVM has already raised the limit as far as it may. */
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
