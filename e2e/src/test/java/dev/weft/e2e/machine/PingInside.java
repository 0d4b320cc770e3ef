package dev.weft.e2e.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** Echo requests at a steady pace from a sandbox of the machine. */
final class PingInside implements AutoCloseable {
  private static final Pattern SEQUENCE = Pattern.compile("seq=(\\d+)");
  private static int pings;

  private final Guest guest;
  private final String name;

  private PingInside(Guest guest, String name) {
    this.guest = guest;
    this.name = name;
  }

  /** Starts, and returns after the first answer. */
  static PingInside start(Guest guest, String namespace, String address) {
    String name = "ping-" + ++pings;
    guest.run(
        """
        ip netns exec %s busybox ping -i 0.05 %s </dev/null >%s/%s 2>&1 &
        echo $! >/run/%s.pid
        """
            .formatted(namespace, address, guest.share(), name, name));
    PingInside ping = new PingInside(guest, name);
    ping.awaitMore(1);
    return ping;
  }

  /** Waits for this many more answers. */
  void awaitMore(int answers) {
    int until = answered().size() + answers;
    Awaitility.await("answers to " + name)
        .atMost(Duration.ofSeconds(60))
        .until(() -> answered().size() >= until);
  }

  int sent() {
    return sent(answered());
  }

  private static int sent(SortedSet<Integer> answered) {
    return answered.isEmpty() ? 0 : answered.last() + 1;
  }

  /** Number of unanswered requests before the last answered one. */
  int lost() {
    SortedSet<Integer> answered = answered();
    return sent(answered) - answered.size();
  }

  private SortedSet<Integer> answered() {
    try {
      TreeSet<Integer> numbers = new TreeSet<>();
      Path file = guest.share().resolve(name);
      if (Files.exists(file)) {
        SEQUENCE
            .matcher(Files.readString(file))
            .results()
            .forEach(each -> numbers.add(Integer.valueOf(each.group(1))));
      }
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    guest.run("kill -INT $(cat /run/%s.pid) || true".formatted(name));
  }
}
