package dev.weft.agent.services;

import static dev.weft.netlink.nft.NftExpression.Header.NETWORK;
import static dev.weft.netlink.nft.NftExpression.Header.TRANSPORT;
import static dev.weft.netlink.nft.NftExpression.MetaKey.L4PROTO;
import static dev.weft.netlink.nft.NftExpression.MetaKey.NFPROTO;

import dev.weft.api.IpAddress;
import dev.weft.netlink.nft.NftChange;
import dev.weft.netlink.nft.NftElement;
import dev.weft.netlink.nft.NftExpression;
import dev.weft.netlink.nft.NftExpression.DestinationNat;
import dev.weft.netlink.nft.NftExpression.Equal;
import dev.weft.netlink.nft.NftExpression.InSet;
import dev.weft.netlink.nft.NftExpression.MapTo;
import dev.weft.netlink.nft.NftExpression.Meta;
import dev.weft.netlink.nft.NftExpression.Network;
import dev.weft.netlink.nft.NftExpression.OneOf;
import dev.weft.netlink.nft.NftExpression.Payload;
import dev.weft.netlink.nft.NftExpression.Random;
import dev.weft.netlink.nft.NftType;
import dev.weft.netlink.nft.NftValue.Address;
import dev.weft.netlink.nft.NftValue.Drawn;
import dev.weft.netlink.nft.NftValue.Protocol;
import java.util.List;
import java.util.stream.Stream;

/** The part of a {@link BalancingTable} for one version of IP: its sets, chains and rules. */
enum BalancingFamily {
  IPV4("4", Network.IPV4, NftType.IPV4_ADDR, 16, 4, 1),
  IPV6("6", Network.IPV6, NftType.IPV6_ADDR, 24, 16, 58);

  static final Protocol TCP = new Protocol(6);
  static final Protocol UDP = new Protocol(17);

  /** Bytes per register. */
  private static final int REGISTER = 4;

  /** Offset of the destination port in the headers of TCP and UDP. */
  private static final int PORT_OFFSET = 2;

  private static final int PORT_LENGTH = 2;

  private final String digit;
  private final Network network;
  private final NftType type;
  private final int offset;
  private final int length;
  private final int icmp;

  /**
   * A version of IP.
   *
   * @param offset of the destination in its header, in bytes
   * @param length of an address, in bytes
   * @param icmp protocol number of its ICMP
   */
  BalancingFamily(String digit, Network network, NftType type, int offset, int length, int icmp) {
    this.digit = digit;
    this.network = network;
    this.type = type;
    this.offset = offset;
    this.length = length;
    this.icmp = icmp;
  }

  static BalancingFamily of(IpAddress address) {
    return address.isIpv4() ? IPV4 : IPV6;
  }

  /** Map from a virtual address to the chain for its number of tasks. */
  String sizes() {
    return "sizes" + digit;
  }

  /** Map from a virtual address and a slot to the task in it. */
  String tasks() {
    return "tasks" + digit;
  }

  /** Map from a virtual address, a protocol and a port to the port of the tasks. */
  String ports() {
    return "ports" + digit;
  }

  /** Set of the virtual addresses that serve every port. */
  String open() {
    return "open" + digit;
  }

  /** Set of all virtual addresses. */
  String virtual() {
    return "virtual" + digit;
  }

  /** The chain for a number of tasks. */
  String chain(int tasks) {
    return "v%sof%d".formatted(digit, tasks);
  }

  static Address value(IpAddress address) {
    return new Address(address.toInetAddress());
  }

  static NftElement place(IpAddress address, int place) {
    return new NftElement(value(address), new Drawn(place));
  }

  static Protocol protocol(String name) {
    return name.equals("udp") ? UDP : TCP;
  }

  List<NftChange> sets() {
    List<NftType> address = List.of(type);
    return List.of(
        new NftChange.MapAdd(sizes(), address, NftType.VERDICT),
        new NftChange.MapAdd(tasks(), List.of(type, NftType.RANDOM), type),
        new NftChange.MapAdd(
            ports(), List.of(type, NftType.INET_PROTO, NftType.INET_SERVICE), NftType.INET_SERVICE),
        new NftChange.SetAdd(open(), address),
        new NftChange.SetAdd(virtual(), address));
  }

  /** A rule for packets of this version of IP; it loads their destination into register 0. */
  NftChange rule(String chain, NftExpression... rest) {
    return rule(chain, Stream.of(ours(), Stream.of(destination(0)), Stream.of(rest)));
  }

  private static NftChange rule(String chain, Stream<Stream<? extends NftExpression>> parts) {
    return new NftChange.RuleAdd(chain, parts.<NftExpression>flatMap(each -> each).toList());
  }

  /**
   * Creates the chain that chooses one of this many tasks. It sends TCP and UDP to the task's port
   * if the service has the port, or to the same port if the service serves every port. It sends
   * echo requests to a task as well.
   */
  List<NftChange> balancing(int tasks) {
    String chain = chain(tasks);
    return List.of(
        new NftChange.ChainAdd(chain),
        rule(
            chain,
            Stream.of(
                Stream.of(
                    new Meta(L4PROTO, 0), new OneOf(0, NftType.INET_PROTO, List.of(TCP, UDP))),
                ours(),
                task(tasks),
                port(),
                Stream.of(new DestinationNat(network, 0, 4)))),
        rule(
            chain,
            Stream.of(
                ours(),
                Stream.of(destination(0), new InSet(0, open())),
                task(tasks),
                Stream.of(samePort()))),
        rule(
            chain,
            Stream.of(
                Stream.of(new Meta(L4PROTO, 0), new Equal(0, new Protocol(icmp))),
                ours(),
                task(tasks),
                Stream.of(samePort()))));
  }

  private Stream<NftExpression> ours() {
    return Stream.of(new Meta(NFPROTO, 0), new Equal(0, network.value()));
  }

  private Payload destination(int register) {
    return new Payload(NETWORK, offset, length, register);
  }

  private DestinationNat samePort() {
    return new DestinationNat(network, 0, null);
  }

  /** Draws a task into register 0 and the following ones that its address needs. */
  private Stream<NftExpression> task(int tasks) {
    int after = length / REGISTER;
    return Stream.of(destination(0), new Random(tasks, after), new MapTo(0, tasks(), 0));
  }

  /** Loads the task's port into register 4, the first that no address of a task uses. */
  private Stream<NftExpression> port() {
    int after = 4 + length / REGISTER;
    return Stream.of(
        destination(4),
        new Meta(L4PROTO, after),
        new Payload(TRANSPORT, PORT_OFFSET, PORT_LENGTH, after + 1),
        new MapTo(4, ports(), 4));
  }
}
