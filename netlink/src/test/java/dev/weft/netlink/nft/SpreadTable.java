package dev.weft.netlink.nft;

import static dev.weft.netlink.nft.NftChange.ChainType.FILTER;
import static dev.weft.netlink.nft.NftChange.ChainType.NAT;
import static dev.weft.netlink.nft.NftChange.Hook.OUTPUT;
import static dev.weft.netlink.nft.NftExpression.Header.NETWORK;
import static dev.weft.netlink.nft.NftExpression.Header.TRANSPORT;
import static dev.weft.netlink.nft.NftExpression.MetaKey.L4PROTO;
import static dev.weft.netlink.nft.NftExpression.MetaKey.NFPROTO;
import static dev.weft.netlink.nft.NftType.INET_PROTO;
import static dev.weft.netlink.nft.NftType.INET_SERVICE;
import static dev.weft.netlink.nft.NftType.IPV4_ADDR;
import static dev.weft.netlink.nft.NftType.IPV6_ADDR;
import static dev.weft.netlink.nft.NftType.RANDOM;
import static dev.weft.netlink.nft.NftType.VERDICT;

import dev.weft.netlink.nft.NftExpression.DestinationNat;
import dev.weft.netlink.nft.NftExpression.Equal;
import dev.weft.netlink.nft.NftExpression.InSet;
import dev.weft.netlink.nft.NftExpression.MapTo;
import dev.weft.netlink.nft.NftExpression.Meta;
import dev.weft.netlink.nft.NftExpression.Network;
import dev.weft.netlink.nft.NftExpression.OneOf;
import dev.weft.netlink.nft.NftExpression.Payload;
import dev.weft.netlink.nft.NftExpression.Random;
import dev.weft.netlink.nft.NftExpression.Refusal;
import dev.weft.netlink.nft.NftExpression.Reject;
import dev.weft.netlink.nft.NftExpression.Verdict;
import dev.weft.netlink.nft.NftExpression.VerdictMap;
import dev.weft.netlink.nft.NftValue.Address;
import dev.weft.netlink.nft.NftValue.Drawn;
import dev.weft.netlink.nft.NftValue.Port;
import dev.weft.netlink.nft.NftValue.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** A table that spreads the connections to virtual addresses over tasks. */
enum SpreadTable {
  IPV4("4", Network.IPV4, IPV4_ADDR, 16, 1),
  IPV6("6", Network.IPV6, IPV6_ADDR, 24, 58);

  static final Protocol TCP = new Protocol(6);
  static final Protocol UDP = new Protocol(17);

  private final String digit;
  private final Network network;
  private final NftType address;
  private final int offset;
  private final int icmp;

  SpreadTable(String digit, Network network, NftType address, int offset, int icmp) {
    this.digit = digit;
    this.network = network;
    this.address = address;
    this.offset = offset;
    this.icmp = icmp;
  }

  /** Replaces an earlier table by one without a virtual address. */
  static List<NftChange> empty() {
    List<NftChange> all = new ArrayList<>();
    all.add(new NftChange.TableRemove());
    all.add(new NftChange.TableAdd());
    for (SpreadTable each : values()) {
      all.addAll(each.sets());
    }
    all.add(new NftChange.BaseChainAdd("balance", NAT, OUTPUT, -100));
    all.add(new NftChange.BaseChainAdd("again", NAT, OUTPUT, -99));
    all.add(new NftChange.BaseChainAdd("refuse", FILTER, OUTPUT, 0));
    all.add(new NftChange.ChainAdd("refused"));
    for (String chain : List.of("balance", "again")) {
      for (SpreadTable each : values()) {
        all.add(each.rule(chain, new VerdictMap(0, each.name("sizes"))));
      }
    }
    for (SpreadTable each : values()) {
      NftVerdict refused = new NftVerdict.Jump("refused");
      all.add(each.rule("refuse", new InSet(0, each.name("virtual")), new Verdict(refused)));
    }
    all.add(
        new NftChange.RuleAdd(
            "refused", new Meta(L4PROTO, 0), new Equal(0, TCP), new Reject(Refusal.TCP_RESET)));
    all.add(new NftChange.RuleAdd("refused", new Reject(Refusal.PORT_UNREACHABLE)));
    return all;
  }

  String name(String set) {
    return set + digit;
  }

  private List<NftChange> sets() {
    return List.of(
        new NftChange.MapAdd(name("sizes"), List.of(address), VERDICT),
        new NftChange.MapAdd(name("tasks"), List.of(address, RANDOM), address),
        new NftChange.MapAdd(
            name("ports"), List.of(address, INET_PROTO, INET_SERVICE), INET_SERVICE),
        new NftChange.SetAdd(name("open"), List.of(address)),
        new NftChange.SetAdd(name("virtual"), List.of(address)));
  }

  /** A rule for packets of this IP version, whose destination is in register 0. */
  private NftChange rule(String chain, NftExpression... rest) {
    return new NftChange.RuleAdd(chain, join(destination(), List.of(rest)));
  }

  private List<NftExpression> destination() {
    return List.of(new Meta(NFPROTO, 0), new Equal(0, network.value()), daddr(0));
  }

  private Payload daddr(int register) {
    return new Payload(NETWORK, offset, address.length, register);
  }

  String chain(int tasks) {
    return "v%sof%d".formatted(digit, tasks);
  }

  /** The chain for a number of tasks. */
  List<NftChange> with(int tasks) {
    String chain = chain(tasks);
    int words = address.length / 4;
    List<NftExpression> task =
        List.of(daddr(0), new Random(tasks, words), new MapTo(0, name("tasks"), 0));
    List<NftExpression> only = List.of(new Meta(NFPROTO, 0), new Equal(0, network.value()));
    List<NftExpression> port =
        List.of(
            daddr(4),
            new Meta(L4PROTO, 4 + words),
            new Payload(TRANSPORT, 2, 2, 5 + words),
            new MapTo(4, name("ports"), 4));
    return List.of(
        new NftChange.ChainAdd(chain),
        new NftChange.RuleAdd(
            chain,
            join(
                List.of(new Meta(L4PROTO, 0), new OneOf(0, INET_PROTO, List.of(TCP, UDP))),
                only,
                task,
                port,
                List.of(new DestinationNat(network, 0, 4)))),
        new NftChange.RuleAdd(
            chain,
            join(
                destination(),
                List.of(new InSet(0, name("open"))),
                task,
                List.of(new DestinationNat(network, 0, null)))),
        new NftChange.RuleAdd(
            chain,
            join(
                List.of(new Meta(L4PROTO, 0), new Equal(0, new Protocol(icmp))),
                only,
                task,
                List.of(new DestinationNat(network, 0, null)))));
  }

  NftChange add(String set, NftElement... elements) {
    return new NftChange.ElementsAdd(name(set), List.of(elements));
  }

  NftChange remove(String set, NftElement... elements) {
    return new NftChange.ElementsRemove(name(set), List.of(elements));
  }

  NftElement size(String virtual, int tasks) {
    return new NftElement(address(virtual)).to(new NftVerdict.Jump(chain(tasks)));
  }

  static NftElement task(String virtual, int place, String task) {
    return new NftElement(address(virtual), new Drawn(place)).to(address(task));
  }

  static NftElement port(String virtual, Protocol protocol, int port, int target) {
    return new NftElement(address(virtual), protocol, new Port(port)).to(new Port(target));
  }

  static Address address(String text) {
    return new Address(InetAddress.ofLiteral(text));
  }

  @SafeVarargs
  private static List<NftExpression> join(List<NftExpression>... parts) {
    List<NftExpression> all = new ArrayList<>();
    for (List<NftExpression> each : parts) {
      all.addAll(each);
    }
    return all;
  }
}
