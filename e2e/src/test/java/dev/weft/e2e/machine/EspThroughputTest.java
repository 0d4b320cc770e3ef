package dev.weft.e2e.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compares TCP throughput through a tunnel with Weft's states, policies and filter rules with one
 * that {@code ip xfrm} created. The two alternate, also in which is first. The test prints the
 * medians and asserts nothing, because other load changes the result. It runs only with {@code
 * -Dweft.esp.rounds=N}, because a round takes some seconds.
 */
class EspThroughputTest {
  private static final int ROUNDS = Integer.getInteger("weft.esp.rounds", 0);
  private static final long SLICE_NANOS = 2_000_000_000L;
  private static final SecureRandom RANDOM = new SecureRandom();

  @Test
  void weftsTunnelBesideOneMadeByHand() {
    assumeTrue(ROUNDS > 0, "a benchmark: ask for it with -Dweft.esp.rounds=20");
    assumeTrue(System.getenv("MACHINE") != null, "for the machine with ESP");
    try (TunnelHost left = host("192.0.2.1", "10.77.0.1");
        TunnelHost right = host("192.0.2.2", "10.77.0.2");
        TunnelHost handLeft = host("192.0.2.1", "10.77.0.1");
        TunnelHost handRight = host("192.0.2.2", "10.77.0.2")) {
      left.wireTo(right);
      Protection protection = new Protection(left, right);
      protection.close();
      protection.open(0);
      handLeft.wireTo(handRight);
      byHand(handLeft, handRight);
      tunnels(left, right);
      tunnels(handLeft, handRight);
      List<Double> weft = new ArrayList<>();
      List<Double> hand = new ArrayList<>();
      measure(left, right);
      measure(handLeft, handRight);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        boolean weftFirst = round % 2 == 0;
        double first = weftFirst ? measure(left, right) : measure(handLeft, handRight);
        double second = weftFirst ? measure(handLeft, handRight) : measure(left, right);
        weft.add(weftFirst ? first : second);
        hand.add(weftFirst ? second : first);
        ratios.add(weft.getLast() / hand.getLast());
      }
      assertThat(weft).allMatch(rate -> rate > 0);
      assertThat(hand).allMatch(rate -> rate > 0);
      System.out.printf(
          "ESP overlay, TCP, %d rounds of 2 s each: medians Weft %.1f Mbit/s, ip xfrm %.1f Mbit/s,"
              + " ratio %.3f; ratio within a round %.3f to %.3f to %.3f (quartiles)%n",
          ROUNDS,
          quantile(weft, 0.5),
          quantile(hand, 0.5),
          quantile(weft, 0.5) / quantile(hand, 0.5),
          quantile(ratios, 0.25),
          quantile(ratios, 0.5),
          quantile(ratios, 0.75));
    }
  }

  private static TunnelHost host(String underlay, String inside) {
    return new TunnelHost(
        NetworkNamespace.createUnnamed(),
        InetAddress.ofLiteral(underlay),
        InetAddress.ofLiteral(inside));
  }

  private static void tunnels(TunnelHost one, TunnelHost other) {
    one.tunnelTo(other);
    other.tunnelTo(one);
  }

  private static void byHand(TunnelHost one, TunnelHost other) {
    for (TunnelHost from : List.of(one, other)) {
      TunnelHost to = from == one ? other : one;
      byte[] material = new byte[36];
      RANDOM.nextBytes(material);
      String key = "0x" + HexFormat.of().formatHex(material);
      String source = from.underlay().getHostAddress();
      String destination = to.underlay().getHostAddress();
      for (TunnelHost host : List.of(from, to)) {
        String direction = host == from ? "out" : "in";
        host.command(
            ("ip xfrm state add src %s dst %s proto esp spi 0x1000 reqid 7 mode transport"
                    + " replay-window 1024 flag esn aead rfc4106(gcm(aes)) %s 128")
                .formatted(source, destination, key)
                .split(" "));
        host.command(
            ("ip xfrm policy add src %s dst %s proto udp dport %d dir %s"
                    + " tmpl src %s dst %s proto esp reqid 7 mode transport")
                .formatted(source, destination, TunnelHost.PORT, direction, source, destination)
                .split(" "));
      }
    }
  }

  /** Throughput of one connection in Mbit/s. */
  private static double measure(TunnelHost from, TunnelHost to) {
    try (ServerSocket server = to.namespace().call(() -> new ServerSocket(7001, 1, to.inside()));
        Socket sender = from.namespace().call(Socket::new)) {
      from.namespace()
          .<Boolean, IOException>call(() -> {
            sender.connect(new InetSocketAddress(to.inside(), 7001), 20_000);
            return true;
          });
      Thread writer = Thread.ofPlatform().daemon().start(() -> write(sender));
      try (Socket receiver = server.accept()) {
        byte[] chunk = new byte[256 << 10];
        long bytes = 0;
        receiver.getInputStream().read(chunk);
        long start = System.nanoTime();
        long end = start + SLICE_NANOS;
        long now = start;
        while (now < end) {
          bytes += receiver.getInputStream().read(chunk);
          now = System.nanoTime();
        }
        return bytes * 8e3 / (now - start);
      } finally {
        writer.join();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sends until the receiver closes the connection. */
  private static void write(Socket sender) {
    byte[] chunk = new byte[64 << 10];
    try {
      while (true) {
        sender.getOutputStream().write(chunk);
      }
    } catch (IOException closed) {
      return;
    }
  }

  private static double quantile(List<Double> values, double part) {
    return values.stream().sorted().toList().get((int) (values.size() * part));
  }
}
