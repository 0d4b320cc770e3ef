package dev.weft.agent.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.Given;
import dev.weft.agent.cluster.BoundPods;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.Attachments;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.EndpointAddress;
import dev.weft.api.HostNetwork;
import dev.weft.api.Identity;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.Mesh;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.api.reading.Reading;
import dev.weft.api.schema.Admitted;
import dev.weft.api.schema.Foreign;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** An unusable object affects only its own entry in the desired state. */
class AdmittedSpecsTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);
  private static final Map<String, CustomResourceDefinition> SCHEMAS = new HashMap<>();
  private static final ContainerNetwork BLUE = Given.overlay("blue", "10.0.0.0/24");
  private static final Sandbox ONE =
      new Sandbox(
          new SandboxReference("one", "default", "one", "uid-one", null),
          Path.of("/run/netns/one"),
          "blue");

  @Property(tries = 300)
  void oneOddEndpointLeavesTheOthers(@ForAll long seed, @ForAll boolean bounded) throws Exception {
    Admitted some = new Admitted(new Random(seed), bounded);
    NetworkEndpoint odd = read(some, NetworkEndpoint.class);
    NetworkEndpoint here = Given.endpoint(BLUE, "a", "one", "10.0.0.9/24");
    NetworkEndpoint there = Given.endpoint(BLUE, "b", "two", "10.0.0.8/24");
    HostNetwork hostNetwork = read(some, HostNetwork.class);

    assertThat(Identity.contradiction(odd)).isNotNull();
    assertThat(Identity.contradiction(hostNetwork)).isNotNull();
    assertThat(KeySpecs.isEncrypted(hostNetwork)).isIn(true, false);
    assertThat(
            EndpointAddress.objection(
                there.getSpec(),
                Objects.requireNonNullElse(hostNetwork.getSpec().subnets(), List.of()),
                hostNetwork.getSpec().networkUid()))
        .isNotNull();
    assertThat(EndpointSpecs.local(ONE, List.of(odd, here), Optional.empty()))
        .anySatisfy(each -> assertThat(each.id()).isEqualTo("one:eth7"));
    assertThat(
            EndpointSpecs.remotes(
                "a", List.of(odd, there), _ -> Optional.of(InetAddress.ofLiteral("192.0.2.2"))))
        .containsKey(there.getMetadata().getName());
  }

  @Property(tries = 300)
  void oneOddMeshNodeLeavesTheOthers(@ForAll long seed, @ForAll boolean bounded) throws Exception {
    Admitted some = new Admitted(new Random(seed), bounded);
    MeshNode odd = read(some, MeshNode.class);
    MeshNode good = Given.meshNode("b", "192.0.2.2");

    assertThat(KeySpecs.target(Optional.of(read(some, Mesh.class)))).isNotNull();
    assertThat(Identity.contradiction(odd)).isNotNull();
    MeshMembers members = new MeshMembers();
    assertThat(members.settle(List.of(good)).members()).containsKey("b");
    assertThat(members.settle(List.of(odd, good)).members()).containsKey("b");
  }

  @Property(tries = 300)
  void aPodsAnnotationIsReadOrRefused(@ForAll long seed, @ForAll String text) {
    Pod pod =
        JSON.unmarshal(
            new Foreign(new Random(seed)).object("Pod", "default", "one").toString(), Pod.class);

    assertThat(BoundPods.goesOn(pod)).isIn(true, false);
    for (String each : List.of(BoundPods.networks(pod), text, "[{" + text + "}]")) {
      try {
        assertThat(Attachments.parse(each)).isNotNull();
      } catch (InvalidAttachments refused) {
        assertThat(refused.getMessage()).isNotEmpty();
      }
    }
  }

  private static <T extends HasMetadata> T read(Admitted some, Class<T> kind) throws Exception {
    String name = HasMetadata.getFullResourceName(kind);
    CustomResourceDefinition crd = SCHEMAS.get(name);
    if (crd == null) {
      String yaml = Files.readString(Path.of("../manifests/crds", name + ".yaml"));
      crd = JSON.unmarshal(yaml, CustomResourceDefinition.class);
      SCHEMAS.put(name, crd);
    }
    return JSON.unmarshal(some.object(crd).toString(), kind);
  }
}
