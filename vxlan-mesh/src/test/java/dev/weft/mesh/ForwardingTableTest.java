package dev.weft.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.mesh.Forwarding.FdbEntry;
import dev.weft.mesh.Forwarding.NeighbourEntry;
import dev.weft.mesh.ForwardingTable.Delta;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ForwardingTableTest {

  private static final InetAddress NODE_2 = InetAddress.ofLiteral("192.0.2.2");
  private static final InetAddress NODE_3 = InetAddress.ofLiteral("192.0.2.3");
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.2");
  private static final InetAddress B = InetAddress.ofLiteral("10.0.0.3");
  private static final InetAddress A6 = InetAddress.ofLiteral("fd00::2");

  private final ForwardingTable<String> table = new ForwardingTable<>();

  @Test
  void theFirstEndpointOfANodeAlsoOpensItsFloodEntry() {
    Delta delta = table.put("a", new RemoteEndpoint(A, Macs.of(A), NODE_2));

    assertThat(delta.removed().isEmpty()).isTrue();
    assertThat(delta.added())
        .isEqualTo(
            new Forwarding(
                Set.of(new FdbEntry(Macs.of(A), NODE_2)),
                Set.of(new NeighbourEntry(A, Macs.of(A))),
                Set.of(NODE_2)));
  }

  @Test
  void theFloodEntryEndsWithTheLastEndpointOfItsNode() {
    table.put("a", new RemoteEndpoint(A, Macs.of(A), NODE_2));
    table.put("b", new RemoteEndpoint(B, Macs.of(B), NODE_2));

    assertThat(table.remove("a").removed().flood()).isEmpty();
    assertThat(table.remove("b").removed().flood()).containsExactly(NODE_2);
    assertThat(table.forwarding()).isEqualTo(Forwarding.NONE);
  }

  @Test
  void theTwoAddressesOfOneInterfaceShareItsForwardingEntry() {
    MacAddress mac = Macs.of(A);
    table.put("v4", new RemoteEndpoint(A, mac, NODE_2));

    Delta delta = table.put("v6", new RemoteEndpoint(A6, mac, NODE_2));
    assertThat(delta.added().fdb()).isEmpty();
    assertThat(delta.added().neighbours()).containsExactly(new NeighbourEntry(A6, mac));
    assertThat(table.remove("v4").removed().fdb()).isEmpty();
  }

  @Test
  void anEndpointThatMovesTakesItsForwardingEntryAlongAndKeepsItsNeighbourEntry() {
    table.put("a", new RemoteEndpoint(A, Macs.of(A), NODE_2));

    Delta delta = table.put("a", new RemoteEndpoint(A, Macs.of(A), NODE_3));
    assertThat(delta.removed())
        .isEqualTo(
            new Forwarding(Set.of(new FdbEntry(Macs.of(A), NODE_2)), Set.of(), Set.of(NODE_2)));
    assertThat(delta.added())
        .isEqualTo(
            new Forwarding(Set.of(new FdbEntry(Macs.of(A), NODE_3)), Set.of(), Set.of(NODE_3)));
  }

  @Test
  void theSameEndpointAgainChangesNothing() {
    RemoteEndpoint endpoint = new RemoteEndpoint(A, Macs.of(A), NODE_2);
    table.put("a", endpoint);

    assertThat(table.put("a", endpoint).isEmpty()).isTrue();
    assertThat(table.remove("unknown").isEmpty()).isTrue();
  }

  @Property(tries = 500)
  void changesAddUpToTheForwardingOfWhatIsLeft(@ForAll("histories") List<Step> history) {
    Map<Integer, RemoteEndpoint> left = new HashMap<>();
    ForwardingTable<Integer> incremental = new ForwardingTable<>();
    Set<Object> programmed = new HashSet<>();
    for (Step step : history) {
      Delta delta;
      if (step.present()) {
        left.put(step.key(), step.endpoint());
        delta = incremental.put(step.key(), step.endpoint());
      } else {
        left.remove(step.key());
        delta = incremental.remove(step.key());
      }
      assertThat(programmed).containsAll(entries(delta.removed()));
      programmed.removeAll(entries(delta.removed()));
      for (Object entry : entries(delta.added())) {
        assertThat(programmed.add(entry)).as("%s is new", entry).isTrue();
      }
    }
    assertThat(incremental.forwarding()).isEqualTo(Forwarding.of(left.values()));
    assertThat(programmed).isEqualTo(entries(Forwarding.of(left.values())));
  }

  @Property(tries = 500)
  void aKernelWithOneEntryForEachMacAddressConvergesToAFreshBuild(
      @ForAll("histories") List<Step> history) {
    Map<Integer, RemoteEndpoint> left = new HashMap<>();
    ForwardingTable<Integer> incremental = new ForwardingTable<>();
    Map<MacAddress, InetAddress> fdb = new HashMap<>();
    Map<InetAddress, MacAddress> neighbours = new HashMap<>();
    for (Step step : history) {
      Delta delta;
      if (step.present()) {
        left.put(step.key(), step.endpoint());
        delta = incremental.put(step.key(), step.endpoint());
      } else {
        left.remove(step.key());
        delta = incremental.remove(step.key());
      }
      delta.removed().fdb().forEach(entry -> fdb.remove(entry.mac()));
      delta.removed().neighbours().forEach(entry -> neighbours.remove(entry.address()));
      delta.added().fdb().forEach(entry -> fdb.put(entry.mac(), entry.vtep()));
      delta.added().neighbours().forEach(entry -> neighbours.put(entry.address(), entry.mac()));
      Map<MacAddress, InetAddress> anew = new HashMap<>();
      Forwarding.of(left.values()).fdb().forEach(entry -> anew.put(entry.mac(), entry.vtep()));
      assertThat(fdb).isEqualTo(anew);
      assertThat(neighbours.keySet())
          .isEqualTo(
              left.values().stream()
                  .map(RemoteEndpoint::address)
                  .collect(java.util.stream.Collectors.toSet()));
    }
  }

  @Test
  void theAddressesOfOneInterfaceThatMovesKeepOneForwardingEntry() {
    MacAddress mac = Macs.of(A);
    table.put("v4", new RemoteEndpoint(A, mac, NODE_2));
    table.put("v6", new RemoteEndpoint(A6, mac, NODE_2));

    table.put("v4", new RemoteEndpoint(A, mac, NODE_3));
    table.put("v6", new RemoteEndpoint(A6, mac, NODE_3));

    assertThat(table.forwarding().fdb()).containsExactly(new FdbEntry(mac, NODE_3));
  }

  record Step(int key, boolean present, RemoteEndpoint endpoint) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<InetAddress> addresses = Arbitraries.of(A, B, A6);
    Arbitrary<MacAddress> macs = Arbitraries.of(Macs.of(A), Macs.of(B));
    Arbitrary<RemoteEndpoint> endpoints =
        Combinators.combine(addresses, macs, Arbitraries.of(NODE_2, NODE_3))
            .as(RemoteEndpoint::new);
    return Combinators.combine(
            Arbitraries.integers().between(1, 5), Arbitraries.of(true, true, false), endpoints)
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  private static Set<Object> entries(Forwarding forwarding) {
    Set<Object> all = new HashSet<>(forwarding.fdb());
    all.addAll(forwarding.neighbours());
    all.addAll(forwarding.flood());
    return all;
  }
}
