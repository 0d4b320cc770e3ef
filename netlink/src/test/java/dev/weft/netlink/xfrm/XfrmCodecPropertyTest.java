package dev.weft.netlink.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.wire.Calls;
import dev.weft.netlink.wire.MessageReader;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class XfrmCodecPropertyTest {
  private static final long U32 = 0xffff_ffffL;

  private final byte[] bytes = new byte[Calls.LARGEST];

  @Property
  void statesAreReadAsWritten(
      @ForAll("states") XfrmStateSpec state, @ForAll @Size(36) byte[] material) {
    XfrmRequest request = new XfrmRequest.StateAdd(state, XfrmKey.copyOf(material));
    XfrmState read = XfrmStateCodec.read(written(request));
    assertThat(read.spec()).isEqualTo(state);
    assertThat(read.usage()).isEqualTo(new XfrmUsage(0, 0, null, null, null));
    assertThat(read.sequence()).isEqualTo(new XfrmState.Sequence(0, 0));
    assertThat(read.failures()).isEqualTo(new XfrmState.Failures(0, 0, 0));
  }

  @Property
  void policiesAreReadAsWritten(@ForAll("policies") XfrmPolicySpec policy) {
    XfrmPolicy read = XfrmPolicyCodec.read(written(new XfrmRequest.PolicyAdd(policy)));
    assertThat(read).isNotNull();
    assertThat(read.spec()).isEqualTo(policy);
  }

  @Property
  void theLargestStateHasRoom(@ForAll("addresses") InetAddress address) {
    XfrmStateSpec state =
        XfrmStateSpec.of(new XfrmStateId(address, 50, 1, new XfrmMark(1, 1)), address)
            .replay(XfrmReplay.extended(XfrmRequest.MOST_WINDOW))
            .udp(new XfrmUdp(1, 2))
            .outputMark(new XfrmMark(1, 1))
            .interfaceId(1)
            .flags(XfrmStateSpec.Flag.values())
            .build();
    assertThat(written(new XfrmRequest.StateAdd(state, XfrmKey.copyOf(new byte[36]))).size())
        .isLessThan(Calls.LARGEST / 2);
  }

  @Provide
  Arbitrary<XfrmStateSpec> states() {
    Arbitrary<XfrmStateSpec.Builder> base =
        families()
            .flatMap(addresses ->
                Combinators.combine(addresses, addresses, numbers(), marks(), selectors(addresses))
                    .as((destination, source, spi, mark, selector) ->
                        XfrmStateSpec.of(new XfrmStateId(destination, 50, spi, mark), source)
                            .selector(selector)));
    Arbitrary<XfrmStateSpec.Builder> more =
        Combinators.combine(base, modes(), numbers(), replays(), lifetimes(), numbers())
            .as((builder, mode, reqid, replay, lifetime, interfaceId) ->
                builder
                    .mode(mode)
                    .reqid(reqid)
                    .replay(replay)
                    .lifetime(lifetime)
                    .interfaceId(interfaceId));
    return Combinators.combine(more, ports().optional(), ports(), marks().optional(), flags())
        .as((builder, udp, port, mark, flags) -> {
          udp.ifPresent(source -> builder.udp(new XfrmUdp(source, port)));
          mark.ifPresent(builder::outputMark);
          return builder.flags(flags.toArray(XfrmStateSpec.Flag[]::new)).build();
        });
  }

  @Provide
  Arbitrary<XfrmPolicySpec> policies() {
    Arbitrary<XfrmPolicyId> ids =
        Combinators.combine(
                Arbitraries.of(XfrmDirection.class),
                families().flatMap(XfrmCodecPropertyTest::selectors),
                marks(),
                numbers())
            .as(XfrmPolicyId::new);
    return Combinators.combine(
            ids,
            Arbitraries.integers().between(0, (1 << 29) - 1),
            numbers(),
            Arbitraries.of(XfrmPolicySpec.Action.class),
            templates(),
            lifetimes())
        .as((id, number, priority, action, templates, lifetime) ->
            new XfrmPolicySpec(id, 0, priority, action, templates, lifetime).withNumber(number));
  }

  @Provide
  Arbitrary<InetAddress> addresses() {
    return families().flatMap(addresses -> addresses);
  }

  /** Addresses of one family at a time. */
  private static Arbitrary<Arbitrary<InetAddress>> families() {
    return Arbitraries.of(addresses(4), addresses(16));
  }

  /** Java would convert an IPv4-mapped IPv6 address to IPv4. */
  private static Arbitrary<InetAddress> addresses(int size) {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofSize(size)
        .map(IpPrefix::addressOf)
        .filter(address -> address.getAddress().length == size);
  }

  private static Arbitrary<XfrmSelector> selectors(Arbitrary<InetAddress> addresses) {
    Arbitrary<IpPrefix> prefixes =
        Combinators.combine(addresses, Arbitraries.integers().between(0, 128))
            .as((address, length) ->
                new IpPrefix(address, length % (address.getAddress().length * 8 + 1)))
            .filter(prefix ->
                prefix.network().address().getAddress().length
                    == prefix.address().getAddress().length);
    Arbitrary<XfrmPort> ports =
        Combinators.combine(ports(), ports()).as((value, mask) -> new XfrmPort(value, mask));
    return Combinators.combine(
            prefixes,
            prefixes,
            Arbitraries.integers().between(0, 255),
            ports,
            ports,
            Arbitraries.integers().between(0, Integer.MAX_VALUE))
        .as(XfrmSelector::new);
  }

  private static Arbitrary<List<XfrmTemplate>> templates() {
    return families()
        .flatMap(addresses ->
            Combinators.combine(
                    addresses,
                    addresses,
                    Arbitraries.integers().between(0, 255),
                    numbers(),
                    numbers(),
                    modes(),
                    Arbitraries.of(true, false))
                .as(XfrmTemplate::new))
        .list()
        .ofMaxSize(6);
  }

  private static Arbitrary<XfrmReplay> replays() {
    return Combinators.combine(
            Arbitraries.integers().between(0, XfrmRequest.MOST_WINDOW), Arbitraries.of(true, false))
        .as(XfrmReplay::new);
  }

  private static Arbitrary<XfrmLifetime> lifetimes() {
    Arbitrary<Long> counts =
        Arbitraries.longs().filter(count -> count != XfrmH.XFRM_INF).injectNull(0.2);
    Arbitrary<Duration> times =
        Arbitraries.longs().filter(time -> time != 0).map(Duration::ofSeconds).injectNull(0.2);
    Arbitrary<XfrmLimits> limits =
        Combinators.combine(counts, counts, times, times).as(XfrmLimits::new);
    return Combinators.combine(limits, limits).as(XfrmLifetime::new);
  }

  private static Arbitrary<Set<XfrmStateSpec.Flag>> flags() {
    return Arbitraries.of(XfrmStateSpec.Flag.class).set();
  }

  private static Arbitrary<XfrmMode> modes() {
    return Arbitraries.of(XfrmMode.class);
  }

  private static Arbitrary<XfrmMark> marks() {
    return Combinators.combine(Arbitraries.integers(), Arbitraries.integers()).as(XfrmMark::new);
  }

  private static Arbitrary<Integer> ports() {
    return Arbitraries.integers().between(0, 0xffff);
  }

  private static Arbitrary<Long> numbers() {
    return Arbitraries.longs().between(0, U32);
  }

  /** The payload of a single message, from a reused writer. */
  private Payload written(XfrmRequest request) {
    MessageWriter out = new MessageWriter(bytes.length);
    Arrays.fill(bytes, (byte) 0xa5);
    out.bytes(bytes);
    out.clear();
    assertThat(XfrmRequestWriter.write(out, request, 1)).isOne();
    var reader = new MessageReader();
    out.copyTo(MemorySegment.ofArray(bytes));
    reader.reset(MemorySegment.ofArray(bytes), out.length());
    assertThat(reader.next()).isTrue();
    Payload payload = reader.payload();
    assertThat(reader.next()).isFalse();
    return payload;
  }
}
