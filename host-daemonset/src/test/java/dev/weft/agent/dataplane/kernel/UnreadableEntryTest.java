package dev.weft.agent.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.wire.Dump;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The agent counts an undecodable kernel entry in a metric, and logs it once. */
class UnreadableEntryTest {
  private static final int HEADER = 16;
  private static final short ANY_ENTRY = 24;

  private final KernelLab lab = new KernelLab();
  private final HostKernel kernel =
      new HostKernel(lab.box("node").namespace().duplicate(), new NodeSettings(Optional.empty()));
  private final Logger logger = (Logger) LoggerFactory.getLogger(HostKernel.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void nothingStays() {
    logger.detachAppender(log);
    kernel.close();
    lab.close();
  }

  @Test
  void isCountedEachTimeAndLoggedOnce() {
    long before = Netlink.unreadable();
    for (int i = 0; i < 3; i++) {
      meetOne();
      Observation _ = kernel.observe(Map.of(), false);
    }

    assertThat(new AgentMetrics().scrape())
        .contains("weft_agent_netlink_unreadable_total %.1f\n".formatted(before + 3.0));
    assertThat(log.list)
        .filteredOn(each -> each.getFormattedMessage().contains("'list of this test'"))
        .singleElement()
        .satisfies(line -> {
          assertThat(line.getLevel()).isEqualTo(Level.WARN);
          assertThat(line.getFormattedMessage()).contains("cannot be decoded", "on purpose");
        });
  }

  private static void meetOne() {
    Dump<String> dump =
        new Dump<>(
            "list of this test",
            ANY_ENTRY,
            _ -> {},
            _ -> {
              throw new IllegalStateException("on purpose");
            });
    byte[] message =
        ByteBuffer.allocate(HEADER)
            .order(ByteOrder.nativeOrder())
            .putInt(HEADER)
            .putShort(ANY_ENTRY)
            .array();
    new Dump.Answer<>(dump, 0, new ArrayList<>()).take(MemorySegment.ofArray(message), HEADER);
  }
}
