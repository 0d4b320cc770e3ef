package dev.weft.agent.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.IpAddress;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.NftChange;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The balancing table in a real kernel; all tasks are addresses of the client's loopback. */
class BalancingTableTest {
  private static final List<String> IPV4 = List.of("10.77.0.1", "10.77.0.2", "10.77.0.3");
  private static final List<String> IPV6 = List.of("fd77::1", "fd77::2", "fd77::3");

  private final List<AutoCloseable> open = new ArrayList<>();
  private NetworkNamespace namespace = NetworkNamespace.current();
  private Nftables nftables = Nftables.open();

  @BeforeEach
  void makeANamespace() {
    nftables.close();
    namespace.close();
    try {
      namespace = later(NetworkNamespace.createUnnamed());
    } catch (NetlinkException e) {
      assumeTrue(!e.errnoName().equals("EPERM"), "making network namespaces needs root");
      throw e;
    }
    nftables = later(Nftables.open(namespace));
    try (Netlink netlink = Netlink.open(namespace)) {
      int loopback = netlink.link("lo").orElseThrow().index();
      netlink.linkSet(loopback, LinkSettings.builder().up(true).build());
      IPV4.forEach(each -> netlink.addressAdd(Address.of(loopback, IpPrefix.parse(each + "/16"))));
      IPV6.forEach(each ->
          netlink.addressAdd(
              Address.of(loopback, IpPrefix.parse(each + "/64"), Address.Flag.NODAD)));
    }
    IPV6.forEach(each ->
        Awaitility.await(each + " is this host's own")
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(() -> reachesItself(each)));
  }

  /** The kernel adds the local route of an IPv6 address shortly after the address. */
  private boolean reachesItself(String address) throws IOException {
    try (DatagramChannel channel = namespace.call(() -> DatagramChannel.open())) {
      channel.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
      channel.configureBlocking(false);
      channel.send(ByteBuffer.allocate(1), channel.getLocalAddress());
      return channel.receive(ByteBuffer.allocate(1)) != null;
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.200", "fd77::200"})
  void connectionsAreSpreadOverTheTasks(String virtual) throws IOException {
    change(
        BalancingTable.whole(
            List.of(filled(virtual, List.of(new VirtualIp.Port("tcp", 80, 8080)), 3))));
    Map<String, ServerSocketChannel> servers = servers(virtual, 8080);

    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 3000; i++) {
      counts.merge(request(virtual, 80, servers), 1, Integer::sum);
    }
    assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(servers.keySet());
    assertThat(counts.values()).allSatisfy(each -> assertThat(each).isBetween(850, 1150));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.200", "fd77::200"})
  void anAddressWithoutTasksAndAPortThatIsNotServedRefuseAtOnce(String virtual) {
    change(
        BalancingTable.whole(
            List.of(filled(virtual, List.of(new VirtualIp.Port("tcp", 80, 8080)), 0))));
    for (int port : List.of(80, 81)) {
      assertThatThrownBy(() -> connect(virtual, port).close())
          .isInstanceOf(java.net.ConnectException.class)
          .hasMessageContaining("refused");
    }
    assertThatThrownBy(
            () -> {
              try (DatagramChannel channel = namespace.call(() -> DatagramChannel.open())) {
                channel.connect(new InetSocketAddress(InetAddress.ofLiteral(virtual), 80));
                channel.write(ByteBuffer.allocate(1));
                channel.read(ByteBuffer.allocate(1));
              }
            })
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.200", "fd77::200"})
  void datagramsGoThereAndBack(String virtual) throws IOException {
    change(
        BalancingTable.whole(
            List.of(filled(virtual, List.of(new VirtualIp.Port("udp", 53, 5353)), 1))));
    InetAddress task = InetAddress.ofLiteral(virtual.indexOf(':') < 0 ? IPV4.get(0) : IPV6.get(0));
    try (DatagramChannel server = namespace.call(() -> DatagramChannel.open());
        DatagramChannel client = namespace.call(() -> DatagramChannel.open())) {
      server.bind(new InetSocketAddress(task, 5353));
      client.connect(new InetSocketAddress(InetAddress.ofLiteral(virtual), 53));
      client.write(ByteBuffer.wrap(new byte[] {1}));
      ByteBuffer buffer = ByteBuffer.allocate(8);
      var from = server.receive(buffer);
      server.send(ByteBuffer.wrap(new byte[] {2}), from);
      assertThat(client.read(ByteBuffer.allocate(8))).isEqualTo(1);
    }
  }

  @Test
  void withoutPortsEveryPortIsServedByTheSame() throws IOException {
    change(BalancingTable.whole(List.of(filled("10.77.0.200", List.of(), 3))));
    Map<String, ServerSocketChannel> servers = servers("10.77.0.200", 1234);
    assertThat(servers).containsKey(request("10.77.0.200", 1234, servers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.200", "fd77::200"})
  void whileATableTakesThePlaceOfAnotherEveryPacketFindsATask(String virtual) throws Exception {
    var filled = List.of(filled(virtual, List.of(new VirtualIp.Port("udp", 53, 5353)), 1));
    change(BalancingTable.whole(filled));
    InetAddress task = InetAddress.ofLiteral(virtual.indexOf(':') < 0 ? IPV4.get(0) : IPV6.get(0));
    InetSocketAddress service = new InetSocketAddress(InetAddress.ofLiteral(virtual), 53);
    try (DatagramChannel server = namespace.call(() -> DatagramChannel.open())) {
      server.bind(new InetSocketAddress(task, 5353));
      AtomicBoolean replaced = new AtomicBoolean();
      Thread replacing =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 300; i++) {
                  change(BalancingTable.whole(filled));
                }
                replaced.set(true);
              });
      List<String> lost = new ArrayList<>();
      ByteBuffer received = ByteBuffer.allocate(8);
      server.configureBlocking(false);
      try {
        for (int i = 0; !replaced.get(); i++) {
          // every packet is the first of its connection, because only that one traverses the table
          try (DatagramChannel client = namespace.call(() -> DatagramChannel.open())) {
            client.send(ByteBuffer.allocate(4).putInt(0, i), service);
            if (server.receive(received.clear()) == null || received.getInt(0) != i) {
              lost.add("packet " + i);
            }
          }
        }
      } finally {
        replacing.join();
      }
      assertThat(lost).isEmpty();
    }
  }

  @Test
  void changesLeaveTheSameTableAsAWholeInstall() {
    Random random = new Random(7);
    Map<String, Slots> slots = new HashMap<>();
    for (String virtual : List.of("10.77.0.200", "10.77.0.201", "fd77::200")) {
      slots.put(virtual, new Slots());
    }
    change(BalancingTable.whole(filled(slots)));
    Map<String, Set<IpAddress>> there = new HashMap<>();
    for (int turn = 0; turn < 60; turn++) {
      Set<BalancingTable.Size> before = sizes(slots);
      for (String virtual : slots.keySet()) {
        Set<IpAddress> tasks = there.computeIfAbsent(virtual, _ -> new HashSet<>());
        for (int i = random.nextInt(4); i > 0; i--) {
          IpAddress task =
              IpAddress.parse(
                  (virtual.indexOf(':') < 0 ? "10.77.1." : "fd77::1:") + random.nextInt(9));
          if (tasks.add(task)) {
            slots.get(virtual).add(task);
          } else {
            tasks.remove(task);
            slots.get(virtual).remove(task);
          }
        }
      }
      List<NftChange> changes = new ArrayList<>();
      Set<BalancingTable.Size> after = sizes(slots);
      after.stream()
          .filter(each -> !before.contains(each))
          .forEach(each -> changes.addAll(BalancingTable.with(each)));
      slots.forEach((virtual, each) ->
          changes.addAll(BalancingTable.change(IpAddress.parse(virtual), each.take())));
      before.stream()
          .filter(each -> !after.contains(each))
          .forEach(each -> changes.add(BalancingTable.without(each)));
      change(changes);
      Set<String> changed = listing();
      change(BalancingTable.whole(filled(slots)));
      assertThat(changed).isEqualTo(listing());
    }
  }

  private void change(List<NftChange> changes) {
    BalancingTables.inKernel().change(namespace.file(), changes);
  }

  private Set<String> listing() {
    return Arrays.stream(nftables.runPlain("list table inet weft").split("[\\n,{}]|elements ="))
        .map(String::strip)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<BalancingTable.Size> sizes(Map<String, Slots> slots) {
    return slots.entrySet().stream()
        .filter(each -> !each.getValue().all().isEmpty())
        .map(each ->
            BalancingTable.Size.of(IpAddress.parse(each.getKey()), each.getValue().all().size()))
        .collect(Collectors.toSet());
  }

  private static List<BalancingTable.Filled> filled(Map<String, Slots> slots) {
    return slots.entrySet().stream()
        .map(each ->
            new BalancingTable.Filled(
                new VirtualIp(IpAddress.parse(each.getKey()), "default/web", List.of(), false),
                each.getValue().all()))
        .toList();
  }

  private static BalancingTable.Filled filled(
      String virtual, List<VirtualIp.Port> ports, int tasks) {
    List<String> all = virtual.indexOf(':') < 0 ? IPV4 : IPV6;
    return new BalancingTable.Filled(
        new VirtualIp(IpAddress.parse(virtual), "default/web", ports, false),
        all.subList(0, tasks).stream().map(IpAddress::parse).toList());
  }

  private Map<String, ServerSocketChannel> servers(String virtual, int port) throws IOException {
    Map<String, ServerSocketChannel> servers = new HashMap<>();
    for (String each : virtual.indexOf(':') < 0 ? IPV4 : IPV6) {
      ServerSocketChannel server = later(namespace.call(() -> ServerSocketChannel.open()));
      server.bind(new InetSocketAddress(InetAddress.ofLiteral(each), port));
      server.configureBlocking(false);
      servers.put(each, server);
    }
    return servers;
  }

  /** Who was reached. */
  private String request(String virtual, int port, Map<String, ServerSocketChannel> servers)
      throws IOException {
    try (SocketChannel client = connect(virtual, port)) {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      for (var each : servers.entrySet()) {
        try (SocketChannel accepted = each.getValue().accept()) {
          if (accepted != null) {
            return each.getKey();
          }
        }
      }
    }
    throw new AssertionError("nobody was reached");
  }

  private SocketChannel connect(String virtual, int port) throws IOException {
    SocketChannel client = namespace.call(() -> SocketChannel.open());
    try {
      client.connect(new InetSocketAddress(InetAddress.ofLiteral(virtual), port));
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T later(T resource) {
    open.add(resource);
    return resource;
  }
}
