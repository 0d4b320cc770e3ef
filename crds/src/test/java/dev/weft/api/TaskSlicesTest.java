package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskSlicesTest {
  @ParameterizedTest
  @ValueSource(strings = {"shop-tasks-ipv4-0", "shop-tasks-ipv4-49", "shop-tasks-ipv6-7"})
  void aSliceNamedAfterItsServiceListsTasks(String name) {
    assertThat(TaskSlices.contradiction(slice(name, "shop"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shop-tasks-ipv4-50",
        "shop-tasks-ipv4-00",
        "shop-tasks-ipv4-",
        "shop-tasks-ipv5-0",
        "shop-ipv4-0",
        "other-tasks-ipv4-0",
        "x"
      })
  void aSliceOfAnotherNameListsNoTask(String name) {
    assertThat(TaskSlices.contradiction(slice(name, "shop")))
        .hasValueSatisfying(why -> assertThat(why).contains("default/" + name, "0 to 49"));
  }

  @Test
  void aSliceOfNoServiceListsNoTask() {
    EndpointSlice slice = slice("shop-tasks-ipv4-0", "shop");
    slice.getMetadata().setLabels(null);

    assertThat(TaskSlices.contradiction(slice)).isPresent();
  }

  @Test
  void aSliceListsNoMoreReadyTasksThanTheOperatorWrites() {
    EndpointSlice slice = slice("shop-tasks-ipv4-0", "shop");
    slice.setEndpoints(
        IntStream.range(0, 1_000).mapToObj(each -> task("10.0.0." + each, each % 2 == 0)).toList());

    assertThat(TaskSlices.ready(slice))
        .hasSize(TaskSlices.LONGEST)
        .startsWith("10.0.0.0", "10.0.0.2");
    slice.setEndpoints(List.of(task("10.0.0.1", false)));
    assertThat(TaskSlices.ready(slice)).isEmpty();
  }

  private static Endpoint task(String address, boolean serving) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withNewConditions()
        .withServing(serving)
        .endConditions()
        .build();
  }

  private static EndpointSlice slice(String name, String service) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .withLabels(Map.of(Names.SERVICE_LABEL, service))
        .endMetadata()
        .build();
  }
}
