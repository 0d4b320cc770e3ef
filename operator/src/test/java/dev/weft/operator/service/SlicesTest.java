package dev.weft.operator.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NetworkEndpointStatusBuilder;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.api.TaskSlices;
import dev.weft.operator.Networks;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicesTest {
  private final OverlayService service = service();
  private final List<Task> tasks =
      IntStream.range(0, TaskSlices.TASKS + 20).mapToObj(SlicesTest::task).toList();

  @Test
  void tasksBeyondTheMostOfAServiceAreInNoSlice() {
    List<EndpointSlice> slices = Slices.of(service, "shop-tasks", true, tasks, List.of());

    assertThat(slices).hasSize(TaskSlices.MOST);
    assertThat(slices).allMatch(each -> TaskSlices.contradiction(each).isEmpty());
    assertThat(slices.stream().mapToInt(each -> each.getEndpoints().size()).sum())
        .isEqualTo(TaskSlices.TASKS);
  }

  @Test
  void aTaskThatGoesLeavesItsPlaceToOneThatWasBeyond() {
    List<EndpointSlice> before = Slices.of(service, "shop-tasks", true, tasks, List.of());

    List<EndpointSlice> after =
        Slices.of(service, "shop-tasks", true, tasks.subList(10, tasks.size()), before);

    assertThat(after.stream().mapToInt(each -> each.getEndpoints().size()).sum())
        .isEqualTo(TaskSlices.TASKS);
  }

  @Test
  void aServiceReportsHowManyOfItsTasksAreBalanced() {
    assertThat(ready(tasks)).contains("5000 of 5020 ready addresses are balanced");
    assertThat(ready(tasks.subList(0, TaskSlices.TASKS))).doesNotContain("balanced");
  }

  private String ready(List<Task> some) {
    ContainerNetwork network = Networks.network("blue", "overlay", "10.60.0.0/16");
    ObservedService observed =
        new ObservedService(
            service, network, some, List.of(), new ObservedService.Addresses(List.of(), Set::of));
    OverlayServiceStatus status = new Statuses(observed, Clock.systemUTC()).running(List.of());
    return Conditions.find(Objects.requireNonNull(status.conditions()), Conditions.READY)
        .orElseThrow()
        .getMessage();
  }

  static NetworkEndpoint endpoint(String address) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(new ObjectMetaBuilder().withName("blue." + address).build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder().network("blue").address(address + "/16").build());
    endpoint.setStatus(
        NetworkEndpointStatusBuilder.builder()
            .conditions(
                List.of(
                    new ConditionBuilder()
                        .withType(Conditions.READY)
                        .withStatus(Conditions.TRUE)
                        .build()))
            .build());
    return endpoint;
  }

  private static Task task(int number) {
    return new Task(
        new PodBuilder()
            .withNewMetadata()
            .withName("shop-%05d".formatted(number))
            .withNamespace("default")
            .withUid("u" + number)
            .endMetadata()
            .withNewStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus()
            .build(),
        List.of(endpoint("10.60.%d.%d".formatted(number / 250, number % 250 + 1))));
  }

  private static OverlayService service() {
    OverlayService service = new OverlayService();
    service.setMetadata(
        new ObjectMetaBuilder()
            .withName("shop")
            .withNamespace("default")
            .withUid("u")
            .withGeneration(1L)
            .build());
    service.setSpec(OverlayServiceSpecBuilder.builder().network("blue").build());
    return service;
  }
}
