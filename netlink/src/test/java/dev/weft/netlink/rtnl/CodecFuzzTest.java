package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.wire.Acknowledgement;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Calls;
import dev.weft.netlink.wire.MessageReader;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import dev.weft.netlink.xfrm.XfrmDirection;
import dev.weft.netlink.xfrm.XfrmKey;
import dev.weft.netlink.xfrm.XfrmMark;
import dev.weft.netlink.xfrm.XfrmNotifications;
import dev.weft.netlink.xfrm.XfrmPolicyCodec;
import dev.weft.netlink.xfrm.XfrmPolicyId;
import dev.weft.netlink.xfrm.XfrmPolicySpec;
import dev.weft.netlink.xfrm.XfrmRequest;
import dev.weft.netlink.xfrm.XfrmRequestWriter;
import dev.weft.netlink.xfrm.XfrmSelector;
import dev.weft.netlink.xfrm.XfrmStateCodec;
import dev.weft.netlink.xfrm.XfrmStateId;
import dev.weft.netlink.xfrm.XfrmStateSpec;
import dev.weft.netlink.xfrm.XfrmTemplate;
import dev.weft.netlink.xfrm.XfrmUdp;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Malformed bytes yield a value or a {@link NetlinkException}. */
class CodecFuzzTest {
  private static final int INPUTS = 1_000_000;

  private static final List<Consumer<MessageReader>> READERS =
      List.of(
          reader -> Notifications.read(reader.type(), reader.payload()),
          reader -> LinkReader.read(reader.payload()),
          reader -> LinkReader.protocolInfo(reader.payload()),
          reader -> AddressCodec.read(reader.payload()),
          reader -> RouteCodec.read(reader.payload()),
          reader -> NeighbourCodec.readFdb(reader.payload()),
          reader -> NeighbourCodec.readNeighbour(reader.payload()),
          reader -> XfrmNotifications.read(reader.type(), reader.payload()),
          reader -> XfrmStateCodec.read(reader.payload()),
          reader -> XfrmPolicyCodec.read(reader.payload()),
          reader -> Acknowledgement.error(reader.payload(), reader.flags(), "fuzz"),
          reader -> Acknowledgement.dumpError(reader.payload(), reader.flags(), "fuzz"));

  @Test
  void aMillionHostileDatagramsNeitherCrashNorHang() {
    long seed = 20_260_101;
    var random = new Random(seed);
    byte[][] seeds = seeds();
    int refused = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = mutate(seeds[i % seeds.length], random);
      refused += read(input, READERS.get(random.nextInt(READERS.size()))) ? 0 : 1;
    }
    assertThat(refused).isBetween(INPUTS / 100, INPUTS - INPUTS / 100);
  }

  @Test
  void lengthsThatLeadNowhereAreRefused() {
    for (int length : new int[] {0, 1, 3, 15, 17, Integer.MIN_VALUE, -1}) {
      assertThatThrownBy(() -> readAll(header(length, 16)))
          .isInstanceOf(NetlinkException.class)
          .hasMessageContaining("EBADMSG");
    }
    assertThatThrownBy(() -> readAll(new byte[15])).isInstanceOf(NetlinkException.class);
    for (int length : new int[] {0, 1, 3, 9, 0xffff}) {
      assertThatThrownBy(() -> Attributes.in(new Payload(attribute(length), 0, 8)))
          .isInstanceOf(NetlinkException.class);
    }
  }

  @Test
  void anAttributeWithoutAValueIsThereButHasNoNumber() {
    Attributes attributes = Attributes.in(new Payload(attribute(4), 0, 4));
    assertThat(attributes.has(1)).isTrue();
    assertThat(attributes.string(1)).isEmpty();
    assertThatThrownBy(() -> attributes.u32(1, 0)).isInstanceOf(NetlinkException.class);
  }

  private static boolean read(byte[] input, Consumer<MessageReader> read) {
    var reader = new MessageReader();
    reader.reset(MemorySegment.ofArray(input), input.length);
    try {
      while (reader.next()) {
        read.accept(reader);
      }
      return true;
    } catch (NetlinkException _) {
      return false;
    }
  }

  private static void readAll(byte[] input) {
    var reader = new MessageReader();
    reader.reset(MemorySegment.ofArray(input), input.length);
    while (reader.next()) {
      reader.payload();
    }
  }

  /** Truncates, flips bits, and overwrites lengths with extreme numbers. */
  private static byte[] mutate(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
        case 3 -> bytes[at & ~3] = (byte) random.nextInt(16);
        default -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
      }
    }
    return bytes;
  }

  /** One message of every kind that this package writes. */
  private static byte[][] seeds() {
    LinkSettings settings =
        LinkSettings.builder()
            .alias("alias")
            .mtu(1400)
            .up(true)
            .ipv4(Ipv4Conf.FORWARDING, 1)
            .addressGeneration(LinkSettings.AddressGeneration.NONE)
            .port(BridgePort.builder().learning(false).hairpin(true).build())
            .build();
    LinkKind vxlan =
        LinkKind.Vxlan.vni(7).local(IpPrefix.parseAddress("fd00::1")).port(4789).build();
    Route route =
        Route.to(IpPrefix.parse("10.0.0.0/8"))
            .via(IpPrefix.parseAddress("fe80::1"))
            .link(2)
            .build();
    List<Request> requests =
        List.of(
            new Request.LinkAdd(LinkSpec.of("vx", vxlan)),
            new Request.LinkAdd(LinkSpec.of("v0", new LinkKind.Veth("v1"))),
            new Request.LinkChange(3, "name", new LinkKind.Bridge().withStp(true), settings),
            new Request.AddressAdd(Address.of(3, IpPrefix.parse("fd00::1/64"), Address.Flag.NODAD)),
            new Request.RouteAdd(route),
            new Request.FdbSet(
                FdbEntry.tunnel(3, MacAddress.BROADCAST, IpPrefix.parseAddress("10.0.0.1"))),
            new Request.NeighbourSet(
                Neighbour.permanent(3, IpPrefix.parseAddress("fd00::2"), MacAddress.ZERO)));
    return Stream.concat(
            requests.stream().map(request -> encode(out -> RequestWriter.write(out, request, 1))),
            xfrmSeeds().map(request -> encode(out -> XfrmRequestWriter.write(out, request, 1))))
        .toArray(byte[][]::new);
  }

  private static Stream<XfrmRequest> xfrmSeeds() {
    InetAddress four = IpPrefix.parseAddress("10.0.0.1");
    InetAddress six = IpPrefix.parseAddress("fd00::1");
    XfrmPolicyId id = XfrmPolicyId.of(XfrmDirection.OUT, XfrmSelector.everything(four).udpTo(4790));
    XfrmStateSpec state =
        XfrmStateSpec.of(XfrmStateId.esp(six, 7), six)
            .udp(new XfrmUdp(4500, 4500))
            .outputMark(new XfrmMark(1, 3))
            .build();
    return Stream.of(
        new XfrmRequest.StateAdd(state, XfrmKey.copyOf(new byte[36])),
        new XfrmRequest.StateRemove(state.id()),
        new XfrmRequest.PolicyUpdate(
            XfrmPolicySpec.protect(id, 1, XfrmTemplate.transport(four, four, 1))),
        new XfrmRequest.PolicyRemove(id));
  }

  private static byte[] encode(Consumer<MessageWriter> request) {
    var out = new MessageWriter(Calls.LARGEST);
    request.accept(out);
    byte[] bytes = new byte[out.length()];
    out.copyTo(MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static byte[] header(int length, int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder()).putInt(length).array();
  }

  private static MemorySegment attribute(int length) {
    return MemorySegment.ofArray(
        ByteBuffer.allocate(8)
            .order(ByteOrder.nativeOrder())
            .putShort((short) length)
            .putShort((short) 1)
            .array());
  }
}
