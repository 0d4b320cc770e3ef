package dev.weft.mesh.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyDirectoryTest {
  private static final PublishedKey A = key("a", "192.0.2.1");
  private static final PublishedKey B = key("b", "192.0.2.2");

  @Test
  void anAddressPublishedByTwoNodesBelongsToNeither() {
    PublishedKey thief = key("c", "192.0.2.1");
    KeyDirectory directory = KeyDirectory.of(List.of(A, B, thief));
    assertThat(directory.usable()).containsOnlyKeys("b");
    assertThat(directory.refused().get("a")).contains("the same address, 192.0.2.1");
  }

  @Test
  void namesASetOfKeysWhateverTheirOrder() {
    assertThat(KeyDirectory.of(List.of(A, B)).digest())
        .isEqualTo(KeyDirectory.of(List.of(B, A)).digest())
        .isNotEqualTo(KeyDirectory.of(List.of(A)).digest());
    assertThat(KeyDirectory.of(List.of(A, B)).only(List.of("a")).digest())
        .isEqualTo(KeyDirectory.of(List.of(A)).digest());
  }

  @Test
  void distinguishesWhatANodeHasChanged() {
    String before = KeyDirectory.of(List.of(A)).digest();
    assertThat(
            List.of(
                new PublishedKey("a", "192.0.2.1", 1, A.publicKey(), Optional.empty()),
                new PublishedKey("a", "192.0.2.3", 0, A.publicKey(), Optional.empty()),
                new PublishedKey("a", "192.0.2.1", 0, A.publicKey(), Optional.of(4500)),
                key("a", "192.0.2.1")))
        .allSatisfy(
            other -> assertThat(KeyDirectory.of(List.of(other)).digest()).isNotEqualTo(before));
  }

  @Test
  void leavesOutNodesThatPublishTheSameKey() {
    var copy = new PublishedKey("c", "192.0.2.3", 0, A.publicKey(), Optional.empty());
    KeyDirectory directory = KeyDirectory.of(List.of(A, B, copy));
    assertThat(directory.usable()).containsOnlyKeys("b");
    assertThat(directory.refused()).containsOnlyKeys("a", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "no base64!"})
  void leavesOutWhatIsNoKey(String text) {
    assertThat(
            KeyDirectory.of(List.of(new PublishedKey("a", "192.0.2.1", 0, text, Optional.empty())))
                .usable())
        .isEmpty();
  }

  /** Zero, one and -1, whose secrets are the same for everybody. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void leavesOutAKeyThatYieldsAKnownSecret(int which) {
    byte[] point = new byte[32];
    if (which == 2) {
      Arrays.fill(point, (byte) 0xff);
      point[0] = (byte) 0xec;
      point[31] = 0x7f;
    } else {
      point[0] = (byte) which;
    }
    String text = Base64.getEncoder().encodeToString(point);
    assertThat(
            KeyDirectory.of(List.of(new PublishedKey("a", "192.0.2.1", 0, text, Optional.empty())))
                .refused())
        .containsKey("a");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65536})
  void leavesOutANodeWithAnInvalidPort(int port) {
    var key = new PublishedKey("a", "192.0.2.1", 0, A.publicKey(), Optional.of(port));
    assertThat(KeyDirectory.of(List.of(key)).refused()).containsKey("a");
  }

  @Test
  void leavesOutANodeWithoutAnAddress() {
    assertThat(KeyDirectory.of(List.of(key("a", ""))).refused()).containsKey("a");
  }

  private static PublishedKey key(String node, String vtep) {
    return new PublishedKey(
        node, vtep, 0, NodeKeyPair.fresh(new SecureRandom()).publicKey(), Optional.empty());
  }
}
