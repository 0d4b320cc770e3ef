package dev.weft.operator.allocation;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;
import static dev.weft.operator.Networks.subnets;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Driver;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.OverlayOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * Random histories of a cluster: networks are created, reconciled and deleted, the cache lags, and
 * the operator restarts. The pool has eight blocks and the mesh six VNIs, so that both run out.
 */
class AllocationCachePropertyTest {
  private static final AddressPools POOLS =
      new AddressPools(
          List.of(new AddressPools.Pool(Cidr.parse("10.0.0.0/21"), 24)),
          4096,
          4101,
          List.of(
              new AddressPools.Used(new AddressPools.User.Route("n1"), Cidr.parse("10.0.3.0/25"))));

  sealed interface Step {
    record Create(@Nullable String cidr, @Nullable Integer vni) implements Step {}

    record Reconcile(int which) implements Step {}

    record Delete(int which) implements Step {}

    record CacheCatchesUp() implements Step {}

    record Restart() implements Step {}
  }

  @Property(tries = 300)
  void noTwoNetworksEverShareAnAddressOrAVni(@ForAll("lives") List<Step> life) {
    Cluster cluster = new Cluster();
    for (Step step : life) {
      cluster.take(step);
      assertNothingShared(cluster.recorded.values());
    }
  }

  @Property(tries = 200)
  void whatIsRecordedNeverChanges(@ForAll("lives") List<Step> life) {
    Cluster cluster = new Cluster();
    Map<String, NetworkAllocation> first = new HashMap<>();
    for (Step step : life) {
      cluster.take(step);
      cluster.recorded.forEach(first::putIfAbsent);
      cluster.recorded.forEach((uid, grant) -> assertThat(grant).isEqualTo(first.get(uid)));
    }
  }

  @Property(tries = 200)
  void eachIdleNetworkHoldsWhatItNeedsOrReportsWhyNot(@ForAll("lives") List<Step> life) {
    Cluster cluster = new Cluster();
    life.forEach(cluster::take);
    cluster.take(new Step.CacheCatchesUp());
    cluster.take(new Step.Restart());
    for (ContainerNetwork network : List.copyOf(cluster.stored.values())) {
      switch (cluster.reconcile(network)) {
        case AllocationOutcome.Granted(NetworkAllocation grant) -> {
          assertThat(grant.subnets()).isNotEmpty();
          assertThat(grant.vni()).isNotNull();
        }
        case AllocationOutcome.Refused(List<AllocationRefusal> refusals) ->
            assertThat(refusals).allSatisfy(each -> assertThat(each.message()).contains("; "));
      }
    }
    assertNothingShared(cluster.recorded.values());
  }

  @Provide
  Arbitrary<List<Step>> lives() {
    Arbitrary<@Nullable String> cidrs =
        Arbitraries.of(
                "10.0.0.0/24", "10.0.0.0/22", "10.0.1.128/25", "10.0.3.0/24", "172.20.0.0/16")
            .injectNull(0.7);
    Arbitrary<@Nullable Integer> vnis = Arbitraries.of(4096, 4097, 9000).injectNull(0.7);
    Arbitrary<Step> create = Combinators.combine(cidrs, vnis).as(Step.Create::new);
    Arbitrary<Step> reconcile = Arbitraries.integers().between(0, 99).map(Step.Reconcile::new);
    Arbitrary<Step> delete = Arbitraries.integers().between(0, 99).map(Step.Delete::new);
    Arbitrary<Step> catchUp = Arbitraries.create(Step.CacheCatchesUp::new);
    Arbitrary<Step> restart = Arbitraries.create(Step.Restart::new);
    return Arbitraries.oneOf(
            create, create, reconcile, reconcile, reconcile, delete, catchUp, restart)
        .list()
        .ofMaxSize(60);
  }

  private static void assertNothingShared(Iterable<NetworkAllocation> grants) {
    List<Cidr> blocks = new ArrayList<>();
    Set<Integer> vnis = new HashSet<>();
    for (NetworkAllocation grant : grants) {
      for (Cidr block : grant.subnets()) {
        assertThat(blocks).noneMatch(block::overlaps);
        assertThat(POOLS.used()).noneMatch(used -> used.cidr().overlaps(block));
        blocks.add(block);
      }
      assertThat(vnis.add(Objects.requireNonNull(grant.vni()))).isTrue();
    }
  }

  /** The API server, a cache that shows older objects, and the operator's ledger. */
  private static final class Cluster {
    final Map<String, ContainerNetwork> stored = new HashMap<>();
    final Map<String, NetworkAllocation> recorded = new HashMap<>();
    private final Map<String, ContainerNetwork> cache = new HashMap<>();
    private AllocationCache ledger = new AllocationCache();
    private int created;

    void take(Step step) {
      switch (step) {
        case Step.Create(String cidr, Integer vni) -> create(cidr, vni);
        case Step.Reconcile(int which) -> pick(cache, which).forEach(this::reconcile);
        case Step.Delete(int which) ->
            pick(stored, which)
                .forEach(network -> {
                  // a finalizer keeps it until the operator removes the finalizer
                  stored.remove(network.getMetadata().getUid());
                  recorded.remove(network.getMetadata().getUid());
                  cache.remove(network.getMetadata().getUid());
                });
        case Step.CacheCatchesUp() -> {
          cache.clear();
          cache.putAll(stored);
        }
        case Step.Restart() -> {
          ledger = new AllocationCache();
          cache.clear();
          cache.putAll(stored);
        }
      }
    }

    AllocationOutcome reconcile(ContainerNetwork seen) {
      AllocationOutcome outcome = ledger.allocate(seen, () -> List.copyOf(cache.values()), POOLS);
      if (outcome instanceof AllocationOutcome.Granted(NetworkAllocation grant)) {
        String uid = seen.getMetadata().getUid();
        recorded.put(uid, grant);
        stored.put(uid, withStatus(seen, grant));
      }
      return outcome;
    }

    private void create(@Nullable String cidr, @Nullable Integer vni) {
      String uid = "%03d".formatted(created++);
      ContainerNetwork network =
          stored(
              network(
                  "net" + uid,
                  Driver.OVERLAY.toString(),
                  spec ->
                      spec.subnets(cidr == null ? null : subnets(cidr))
                          .overlay(new OverlayOptions(vni, null))),
              uid,
              "2026-01-01T00:00:00Z");
      stored.put(uid, network);
      cache.put(uid, network);
    }

    private static List<ContainerNetwork> pick(Map<String, ContainerNetwork> from, int which) {
      List<ContainerNetwork> all =
          from.values().stream()
              .sorted(java.util.Comparator.comparing(each -> each.getMetadata().getUid()))
              .toList();
      return all.isEmpty() ? List.of() : List.of(all.get(which % all.size()));
    }

    private static ContainerNetwork withStatus(ContainerNetwork network, NetworkAllocation grant) {
      ContainerNetwork copy = new ContainerNetwork();
      copy.setMetadata(network.getMetadata());
      copy.setSpec(network.getSpec());
      copy.setStatus(
          ContainerNetworkStatusBuilder.builder()
              .subnets(
                  grant.subnets().stream()
                      .map(each -> new EffectiveSubnet(each.toString(), null, null))
                      .toList())
              .vni(grant.vni())
              .build());
      return copy;
    }
  }
}
