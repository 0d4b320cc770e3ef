package dev.weft.e2e.hostile;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.FrameSender;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Attacks as root in the network namespace of a pod on blue (eth1), web (eth2) and lan (eth3).
 * Closing it ends running attacks, and does not restore the namespace.
 */
final class Attacker implements AutoCloseable {
  static final String NETWORKS = "blue@eth1, web@eth2, lan@eth3";
  static final String NODE = "weft-1";

  /** A loop of a killed test ends after this time. */
  private static final String LONGEST_SECONDS = "120";

  /** Frames that a single attacker sends every few milliseconds. */
  private static final int BURST = 100;

  private final Bed bed;
  private final String pod;
  private final String namespaceName;
  private final NetworkNamespace namespace;
  private final int burst;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final List<Supplier<List<String>>> checks = new ArrayList<>();

  Attacker(Bed bed, String pod) {
    this(bed, pod, 1);
  }

  /** One of several attackers. Floods reach all of them, so each sends less. */
  Attacker(Bed bed, String pod, int company) {
    this.bed = bed;
    this.burst = Math.max(1, BURST / (company * company));
    this.pod = pod;
    this.namespaceName = bed.namespaceName(pod);
    this.namespace = bed.sandbox(pod);
  }

  Bed bed() {
    return bed;
  }

  String pod() {
    return pod;
  }

  String namespaceName() {
    return namespaceName;
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  /** The attacker's own address on a network. */
  InetAddress address(String network) {
    return bed.prefix(pod, network, true).address();
  }

  InetAddress address6(String network) {
    return bed.prefix(pod, network, false).address();
  }

  MacAddress mac(String network) {
    return bed.mac(pod, network);
  }

  String uid(String network) {
    return bed.uid(network);
  }

  /** Runs a shell script; the row is skipped where the kernel or a tool refuses it. */
  void run(String script) {
    Finished finished = finish(new ProcessBuilder(inside("sh", "-ec", script)), "");
    if (finished.status() != 0) {
      abort("not possible here: %s: %s".formatted(script, finished.output()));
    }
  }

  /** Whether a shell script succeeds. */
  boolean succeeds(String script) {
    return finish(new ProcessBuilder(inside("sh", "-ec", script)), "").status() == 0;
  }

  /** Passes many lines to {@code ip} at once, and ignores refused ones. */
  void batch(Stream<String> lines) {
    StringBuilder all = new StringBuilder();
    lines.forEach(line -> all.append(line).append('\n'));
    var _ = finish(new ProcessBuilder(inside("ip", "-force", "-batch", "-")), all.toString());
  }

  /** Passes these lines to {@code ip} in a loop, until it is closed. */
  void forever(String... lines) {
    String text = String.join("\\n", lines);
    background(
        "while :; do yes '%s' | sed 's/\\\\n/\\n/g' | head -2000 | ip -force -batch - >/dev/null 2>&1; done"
            .formatted(text));
  }

  /** Runs a shell script in the background, until it is closed. */
  void background(String script) {
    List<String> command = new ArrayList<>(List.of("timeout", LONGEST_SECONDS));
    command.addAll(inside("nice", "-n", "19", "sh", "-c", script));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      running.push(() -> {
        process.destroy();
        process.waitFor();
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the kernel's packet filter these messages as one transaction. */
  void netfilter(byte[]... messages) {
    try (NetlinkSocket socket = namespace.call(NetlinkSocket::netfilter)) {
      socket.send(RawTables.transaction(messages));
    }
  }

  /** Sends each frame once. */
  void send(String link, Stream<byte[]> frames) {
    try (FrameSender sender = sender(link)) {
      frames.forEach(sender::send);
    }
  }

  /** Sends these frames in a burst every few milliseconds, until it is closed. */
  void flood(String link, byte[]... frames) {
    FrameSender sender = sender(link);
    running.push(sender);
    repeat(() -> {
      for (int i = 0; i < burst; i++) {
        sender.send(frames[i % frames.length]);
      }
    });
  }

  /** Runs a task every five milliseconds, until it is closed. */
  void repeat(Runnable action) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("attacker")
            .start(() -> {
              try {
                while (true) {
                  action.run();
                  Thread.sleep(5);
                }
              } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
              }
            });
    running.push(() -> {
      thread.interrupt();
      thread.join();
    });
  }

  /** Sends back every frame that arrives on a link, until it is closed. */
  void reflect(String link) {
    Capture capture = Capture.open(namespace, index(link));
    running.push(capture);
    FrameSender sender = sender(link);
    running.push(sender);
    int[] seen = {0};
    repeat(() -> {
      List<byte[]> frames = capture.frames();
      frames.subList(seen[0], frames.size()).forEach(sender::send);
      seen[0] = frames.size();
    });
  }

  private FrameSender sender(String link) {
    return FrameSender.open(namespace, index(link));
  }

  private int index(String link) {
    try (Netlink netlink = Netlink.open(namespace)) {
      return netlink.link(link).orElseThrow().index();
    }
  }

  /** Requires that no frame with these bytes reaches a victim. */
  void mustNotReach(String victim, String marker) {
    byte[] wanted = marker.getBytes(StandardCharsets.US_ASCII);
    NetworkNamespace sandbox = bed.sandbox(victim);
    int link;
    try (Netlink netlink = Netlink.open(sandbox)) {
      link =
          netlink.links().stream()
              .filter(each -> !each.name().equals("lo"))
              .findFirst()
              .orElseThrow()
              .index();
    }
    Capture capture = Capture.open(sandbox, link);
    running.push(capture);
    checks.add(() ->
        capture.frames().stream().anyMatch(frame -> contains(frame, wanted))
            ? List.of(victim + " receives a frame that the hostile pod made")
            : List.of());
  }

  private static boolean contains(byte[] frame, byte[] wanted) {
    for (int i = 0; i + wanted.length <= frame.length; i++) {
      if (Arrays.equals(frame, i, i + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  /** Adds a check for harm. */
  void check(Supplier<List<String>> harm) {
    checks.add(harm);
  }

  /** Harm that the added checks find. */
  List<String> harms() {
    return checks.stream().flatMap(each -> each.get().stream()).toList();
  }

  private List<String> inside(String... command) {
    return Stream.concat(
            Stream.of("nsenter", "--net=/run/netns/" + namespaceName), Stream.of(command))
        .toList();
  }

  record Finished(int status, String output) {}

  static Finished finish(ProcessBuilder builder, String input) {
    try {
      Process process = builder.redirectErrorStream(true).start();
      Thread feeder =
          Thread.ofVirtual()
              .start(() -> {
                try (var to = process.outputWriter(StandardCharsets.UTF_8)) {
                  to.write(input);
                } catch (IOException closed) {
                  // The program ended before it had read everything; its status gives the reason.
                }
              });
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      feeder.join();
      return new Finished(status, output.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        throw new IllegalStateException("the attack cannot be ended", e);
      }
    }
  }
}
