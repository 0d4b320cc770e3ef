package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Frames.ANY;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Floods of frames. */
final class FloodAttacks {
  private FloodAttacks() {}

  static List<Attack> all() {
    return List.of(
        new Attack(
            "sends from ten thousand MAC addresses",
            a -> {
              for (String link : List.of("eth1", "eth2")) {
                a.send(
                    link,
                    IntStream.range(0, 10_000).mapToObj(i -> FrameAttacks.junk(ANY, random())));
              }
            }),
        new Attack(
            "sends from ever new MAC addresses",
            a ->
                a.repeat(() -> {
                  a.send(
                      "eth1",
                      IntStream.range(0, 50).mapToObj(i -> FrameAttacks.junk(ANY, random())));
                  a.send(
                      "eth2",
                      IntStream.range(0, 50).mapToObj(i -> FrameAttacks.junk(ANY, random())));
                })),
        new Attack(
            "floods its networks with broadcasts",
            a ->
                Stream.of("eth1", "eth2", "eth3")
                    .forEach(each -> a.flood(each, FrameAttacks.junk(ANY, FrameAttacks.NOBODY)))),
        new Attack(
            "sends everything back that it receives on the bridge",
            a -> {
              a.run("ip link set eth2 promisc on");
              a.reflect("eth2");
            }),
        new Attack(
            "sends everything back that it receives on the overlay",
            a -> {
              a.run("ip link set eth1 promisc on");
              a.reflect("eth1");
            }),
        new Attack(
            "asks by ARP from ten thousand addresses",
            a ->
                a.send(
                    "eth2",
                    IntStream.range(0, 10_000)
                        .mapToObj(i -> {
                          InetAddress from =
                              InetAddress.ofLiteral("172.28.%d.%d".formatted(i >> 8, i & 255));
                          return Frames.ethernet(
                              ANY,
                              a.mac("web"),
                              Frames.ARP,
                              Frames.arp(
                                  1, a.mac("web"), from, MacAddress.ZERO, FrameAttacks.GATEWAY));
                        }))),
        new Attack(
            "opens twenty thousand flows through its gateway",
            a -> {
              MacAddress gateway = FrameAttacks.gatewayMac(a);
              a.send(
                  "eth2",
                  IntStream.range(0, 20_000)
                      .mapToObj(i ->
                          Frames.ethernet(
                              gateway,
                              a.mac("web"),
                              Frames.IPV4,
                              Frames.ipv4(
                                  a.address("web"),
                                  InetAddress.ofLiteral("198.51.100.1"),
                                  17,
                                  64,
                                  Frames.udp(1024 + i, 9)))));
            }),
        new Attack(
            "floods its gateway with connection requests",
            a -> {
              ByteBuffer request = ByteBuffer.allocate(20);
              request.putShort((short) 40_000).putShort((short) 9810).putInt(1).putInt(0);
              request.put((byte) 0x50).put((byte) 2).putShort((short) 1000);
              a.flood(
                  "eth2",
                  Frames.ethernet(
                      FrameAttacks.gatewayMac(a),
                      a.mac("web"),
                      Frames.IPV4,
                      Frames.ipv4(a.address("web"), FrameAttacks.GATEWAY, 6, 64, request.array())));
            }));
  }

  private static MacAddress random() {
    byte[] bytes = new byte[MacAddress.LENGTH];
    ThreadLocalRandom.current().nextBytes(bytes);
    bytes[0] = 2;
    return MacAddress.of(bytes);
  }
}
