package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Calls;
import dev.weft.netlink.wire.MessageReader;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class CodecPropertyTest {
  private final byte[] bytes = new byte[Calls.LARGEST];

  @Property
  void macAddressesSurviveTextAndBytes(@ForAll @LongRange(max = (1L << 48) - 1) long bits) {
    MacAddress mac = new MacAddress(bits);
    assertThat(MacAddress.parse(mac.toString())).isEqualTo(mac);
    assertThat(MacAddress.of(mac.bytes())).isEqualTo(mac);
  }

  @Property
  void prefixesSurviveText(@ForAll("prefixes") IpPrefix prefix) {
    assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
    assertThat(prefix.contains(prefix.address())).isTrue();
    assertThat(prefix.network().contains(prefix.address())).isTrue();
    assertThat(prefix.network().network()).isEqualTo(prefix.network());
    assertThat(prefix.overlaps(prefix.network())).isTrue();
  }

  @Property
  void addressesAreReadAsWritten(
      @ForAll("prefixes") IpPrefix prefix,
      @ForAll Scope scope,
      @ForAll Set<Address.Flag> flags,
      @ForAll int link) {
    Address address = new Address(link, prefix, null, scope, flags);
    Payload written = written(out -> AddressCodec.writeNew(out, address, 0, 1));
    assertThat(AddressCodec.read(written)).isEqualTo(address);
  }

  @Property
  void forwardingEntriesAreReadAsWritten(
      @ForAll @LongRange(max = (1L << 48) - 1) long mac,
      @ForAll("addresses") InetAddress destination,
      @ForAll("reportedStates") FdbEntry.State state,
      @ForAll Set<FdbEntry.Flag> flags,
      @ForAll("ports") Integer port) {
    FdbEntry entry =
        new FdbEntry(7, new MacAddress(mac), destination, state, flags, port, port, port, 0);
    Payload written = written(out -> NeighbourCodec.writeNew(out, entry, 0, 1));
    assertThat(NeighbourCodec.readFdb(written)).isEqualTo(entry);
  }

  @Property
  void neighboursAreReadAsWritten(
      @ForAll("addresses") InetAddress address,
      @ForAll @LongRange(max = (1L << 48) - 1) long mac,
      @ForAll Neighbour.State state) {
    Neighbour neighbour = new Neighbour(9, address, new MacAddress(mac), state);
    Payload written = written(out -> NeighbourCodec.writeNew(out, neighbour, 0, 1));
    assertThat(NeighbourCodec.readNeighbour(written)).isEqualTo(neighbour);
  }

  @Property
  void routesAreReadAsWritten(
      @ForAll("prefixes") IpPrefix destination,
      @ForAll("addresses") InetAddress gateway,
      @ForAll Route.Type type,
      @ForAll Scope scope,
      @ForAll @LongRange(max = 0xffff_ffffL) long metric,
      @ForAll @LongRange(min = 1, max = 0xffff_ffffL) long table) {
    Route route =
        Route.to(destination.network())
            .via(gateway)
            .link(3)
            .type(type)
            .scope(scope)
            .metric(metric)
            .table(table)
            .build();
    Payload written = written(out -> RouteCodec.writeNew(out, route, 0, 1));
    assertThat(RouteCodec.read(written)).isEqualTo(route);
  }

  @Property
  void textAttributesAreReadAsWritten(@ForAll @Size(max = 200) String text) {
    String wellFormed = text.replaceAll("[\\x00\\ud800-\\udfff]", "");
    Payload written =
        written(out -> {
          out.begin(1, 0, 1);
          out.attribute(5, wellFormed);
          out.attribute(6, wellFormed.isEmpty());
          out.end();
        });
    Attributes attributes = Attributes.in(written);
    assertThat(attributes.string(5)).isEqualTo(wellFormed);
    assertThat(attributes.flag(6)).isEqualTo(wellFormed.isEmpty());
    assertThat(attributes.has(4)).isFalse();
  }

  @Provide
  Arbitrary<InetAddress> addresses() {
    return Arbitraries.oneOf(bytes(4), bytes(16)).map(IpPrefix::addressOf);
  }

  @Provide
  Arbitrary<IpPrefix> prefixes() {
    return Combinators.combine(addresses(), Arbitraries.integers().between(0, 128))
        .as((address, length) ->
            new IpPrefix(address, length % (address.getAddress().length * 8 + 1)));
  }

  @Provide
  Arbitrary<FdbEntry.State> reportedStates() {
    return Arbitraries.of(EnumSet.allOf(FdbEntry.State.class));
  }

  @Provide
  Arbitrary<Integer> ports() {
    return Arbitraries.integers().between(1, 4094);
  }

  private static Arbitrary<byte[]> bytes(int size) {
    return Arbitraries.bytes().array(byte[].class).ofSize(size);
  }

  /** The payload of a single message, from a reused writer. */
  private Payload written(Consumer<MessageWriter> write) {
    MessageWriter out = new MessageWriter(bytes.length);
    Arrays.fill(bytes, (byte) 0xa5);
    out.bytes(bytes);
    out.clear();
    write.accept(out);
    var reader = new MessageReader();
    out.copyTo(MemorySegment.ofArray(bytes));
    reader.reset(MemorySegment.ofArray(bytes), out.length());
    assertThat(reader.next()).isTrue();
    Payload payload = reader.payload();
    assertThat(reader.next()).isFalse();
    return payload;
  }
}
