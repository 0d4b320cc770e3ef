package dev.weft.agent.attach.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterfaceNamesTest {
  private final Set<String> chosen = new HashSet<>();

  @Test
  void theFirstFreeNumberIsTaken() {
    assertThat(names("lo", "net0", "net2").chooseFree("net")).isEqualTo("net1");
  }

  @Test
  void aNameOfAnEarlierAttachmentIsNotGivenTwice() {
    assertThat(names().chooseFree("eth")).isEqualTo("eth0");
    assertThat(names().chooseFree("eth")).isEqualTo("eth1");
    assertThat(names().choose("eth1")).isFalse();
    assertThat(names().choose("eth2")).isTrue();
  }

  /** Name for the next attachment. */
  private InterfaceNames names(String... taken) {
    return new InterfaceNames(Set.of(taken), chosen);
  }
}
