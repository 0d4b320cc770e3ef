package dev.weft.agent.attach.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.Given;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Driver;
import dev.weft.api.SandboxReference;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final AddressOwner POD =
      new AddressOwner(new SandboxReference("one", "default", "one", "uid-one", null));
  private final ContainerNetwork blue = Given.overlay("blue", "10.0.0.0/24");

  @Test
  void aPodMayAttachToANetworkThatAdmitsEveryone() throws AttachError {
    assertThat(Admission.admit(POD, "blue", Optional.of(blue), false)).isEqualTo(Driver.OVERLAY);
  }

  @Test
  void aNetworkThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Admission.admit(POD, "blue", Optional.empty(), false))
        .hasMessageContaining("'blue'");
  }

  @Test
  void aNetworkThatIsBeingDeletedAdmitsNoPod() {
    blue.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    assertThatThrownBy(() -> Admission.admit(POD, "blue", Optional.of(blue), false))
        .hasMessageContaining("being deleted");
  }

  @Test
  void onlyNamespacesOfTheListAreAdmittedAndNoneByAnEmptyList() throws AttachError {
    allow(List.of("default"));
    assertThat(Admission.admit(POD, "blue", Optional.of(blue), false)).isEqualTo(Driver.OVERLAY);
    allow(List.of());
    assertThatThrownBy(() -> Admission.admit(POD, "blue", Optional.of(blue), false))
        .hasMessageContaining("spec.allowedNamespaces");
  }

  @Test
  void anUnknownDriverIsRefusedByName() {
    blue.setSpec(ContainerNetworkSpecBuilder.builder(blue.getSpec()).driver("wormhole").build());
    assertThatThrownBy(() -> Admission.admit(POD, "blue", Optional.of(blue), false))
        .hasMessageContaining("wormhole");
  }

  @Test
  void theNodesOwnStackIsForTheHostDriverAlone() throws AttachError {
    assertThatThrownBy(() -> Admission.admit(POD, "blue", Optional.of(blue), true))
        .hasMessageContaining("remove hostNetwork");
    blue.setSpec(ContainerNetworkSpecBuilder.builder(blue.getSpec()).driver("host").build());
    assertThat(Admission.admit(POD, "blue", Optional.of(blue), true)).isEqualTo(Driver.HOST);
    assertThatThrownBy(() -> Admission.admit(POD, "blue", Optional.of(blue), false))
        .hasMessageContaining("set hostNetwork");
  }

  private void allow(List<String> namespaces) {
    blue.setSpec(
        ContainerNetworkSpecBuilder.builder(blue.getSpec()).allowedNamespaces(namespaces).build());
  }
}
