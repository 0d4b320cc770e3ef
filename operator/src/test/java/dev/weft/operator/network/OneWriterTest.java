package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.BridgeOptions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.HostNetworks;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.Subnet;
import io.fabric8.kubernetes.api.model.Pod;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A HostNetwork has the operator's content, even after other writers. */
@Tag("api-server")
class OneWriterTest extends NetworksOnApiServer {
  /** Fields that the schema makes immutable. */
  private static final List<String> FIXED = List.of("network", "node");

  @Test
  void aPlannedNetworkThatAnAgentCameToFirstIsBuiltWhenItIsToBe() {
    CLUSTER.agents().join("n1");
    client().resource(network("blue", "overlay", spec -> spec.mode("Plan"))).create();
    await().until(() -> stored().getStatus() != null && HostNetworks.isAllocated(stored()));
    CLUSTER.stopOperator();
    // as an agent does for a sandbox while the operator is away
    client().resource(HostNetworks.of(stored(), "n1")).create();
    Pod _ = pod("a", "n1", "blue");
    client()
        .resources(ContainerNetwork.class)
        .withName("blue")
        .edit(each -> {
          each.setSpec(ContainerNetworkSpecBuilder.builder(each.getSpec()).mode("Apply").build());
          return each;
        });

    CLUSTER.startOperator();

    await().until(() -> spec() != null && spec().mode() == null);
    await().until(() -> wanted().equals(spec()));
  }

  @Test
  void noFieldThatAnotherManagerWritesStays() throws ReflectiveOperationException {
    CLUSTER.agents().join("n1");
    client().resource(network("blue", "overlay")).create();
    Pod _ = pod("a", "n1", "blue");
    await().until(() -> spec() != null && wanted().equals(spec()));
    HostNetworkSpec foreign =
        new HostNetworkSpec(
            "blue",
            "another-uid",
            99L,
            "n1",
            "bridge",
            List.of(new Subnet("172.20.0.0/24", "172.20.0.1", null, null, null)),
            1280,
            true,
            "net",
            new BridgeOptions("br7", true, true, "NAT"),
            null,
            new MacvlanOptions("eth7", "Bridge", 7, true),
            "Plan");

    for (RecordComponent field : HostNetworkSpec.class.getRecordComponents()) {
      if (FIXED.contains(field.getName())) {
        continue;
      }
      Object[] values =
          Arrays.stream(HostNetworkSpec.class.getRecordComponents())
              .map(each ->
                  value(
                      each.getName().equals(field.getName()) ? foreign : wanted(),
                      each.getAccessor()))
              .toArray();
      Class<?>[] types =
          Stream.of(HostNetworkSpec.class.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      HostNetworkSpec changed =
          HostNetworkSpec.class.getDeclaredConstructor(types).newInstance(values);
      assertThat(changed).as(field.getName()).isNotEqualTo(wanted());
      client()
          .resources(HostNetwork.class)
          .withName("blue.n1")
          .edit(each -> {
            each.setSpec(changed);
            return each;
          });

      await(field.getName()).until(() -> wanted().equals(spec()));
    }
  }

  private static @Nullable Object value(Object of, Method accessor) {
    try {
      return accessor.invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ContainerNetwork stored() {
    return Objects.requireNonNull(
        client().resources(ContainerNetwork.class).withName("blue").get());
  }

  private static HostNetworkSpec wanted() {
    return HostNetworks.of(stored(), "n1").getSpec();
  }

  private static @Nullable HostNetworkSpec spec() {
    HostNetwork there = client().resources(HostNetwork.class).withName("blue.n1").get();
    return there == null ? null : there.getSpec();
  }
}
