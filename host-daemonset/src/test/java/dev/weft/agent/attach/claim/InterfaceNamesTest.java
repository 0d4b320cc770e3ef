package dev.weft.agent.attach.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class InterfaceNamesTest {
  @Test
  void theFirstFreeNumberIsTaken() {
    assertThat(InterfaceNames.free("net", Set.of("lo", "net0", "net2"))).isEqualTo("net1");
  }

  @Test
  void withoutAPrefixItIsEth() {
    assertThat(InterfaceNames.free("", Set.of("eth0"))).isEqualTo("eth1");
  }
}
