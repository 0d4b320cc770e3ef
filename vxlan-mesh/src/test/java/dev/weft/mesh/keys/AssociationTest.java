package dev.weft.mesh.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.xfrm.XfrmKey;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.junit.jupiter.api.Test;

class AssociationTest {
  private static final HexFormat HEX = HexFormat.of();

  /** The key pairs of RFC 7748, section 6.1. */
  private static final NodeKeyPair ALICE =
      pair("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");

  private static final NodeKeyPair BOB =
      pair("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");

  private static final PublishedKey A =
      new PublishedKey("a", "192.0.2.1", 0, ALICE.publicKey(), Optional.empty());
  private static final PublishedKey B =
      new PublishedKey("b", "192.0.2.2", 0, BOB.publicKey(), Optional.empty());

  @Test
  void agreesAsRfc7748Requires() throws GeneralSecurityException {
    assertThat(hex(ALICE.publicKey()))
        .isEqualTo("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    assertThat(hex(BOB.publicKey()))
        .isEqualTo("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    assertThat(HEX.formatHex(ALICE.agree(BOB.publicKey())))
        .isEqualTo("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  }

  /** RFC 5869, appendix A.1. */
  @Test
  void expandsAsRfc5869Requires() throws GeneralSecurityException {
    byte[] expanded =
        KDF.getInstance("HKDF-SHA256")
            .deriveData(
                HKDFParameterSpec.ofExtract()
                    .addIKM(HEX.parseHex("0b".repeat(22)))
                    .addSalt(HEX.parseHex("000102030405060708090a0b0c"))
                    .thenExpand(HEX.parseHex("f0f1f2f3f4f5f6f7f8f9"), 42));
    assertThat(HEX.formatHex(expanded))
        .isEqualTo(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  }

  @Test
  void derivesTheSameForEver() {
    Association association = Association.between(7, ALICE, A, B);
    assertThat(association.id())
        .isEqualTo("a5c6ea0aa3660697215acbb2268149faf353c23787595b312bf936c8edc6062a");
    assertThat(association.spi()).isEqualTo(0x20298d6dL);
    assertThat(association.key())
        .isEqualTo(
            XfrmKey.copyOf(
                HEX.parseHex(
                    "0a588f5430083783d342bf61dca4bfe3941b9c0d1596e2d5c400b959fd23ce97715d8e3b")));
    assertThat(KeyDirectory.of(List.of(B, A)).digest())
        .isEqualTo("680d1ff45148e923bf7f75de3d62c2fb8163144374d50dc55b13fa5e3733f47d");
  }

  /** The receiver's encapsulation is an input of the association's key. */
  @Test
  void derivesAnotherForAReceiverThatTakesEspInUdp() {
    PublishedKey inUdp = takingAt(4500, B);
    Association association = Association.between(7, ALICE, A, inUdp);
    assertThat(association.id())
        .isEqualTo("88c69936f743db5571d0dd26e671b7f674c5438b38440c436d6d3edf89b42b25");
    assertThat(association.spi()).isEqualTo(0x4d326666L);
    assertThat(association.udpPort()).contains(4500);
    assertThat(association.key())
        .isEqualTo(
            XfrmKey.copyOf(
                HEX.parseHex(
                    "92cb7cf82734c430f85f00d1961d74f989710a348a1de9600df946770f1e8f27de1208e2")));
    assertThat(KeyDirectory.of(List.of(inUdp, A)).digest())
        .isEqualTo("6ecde60aff71e6e51a1ce9d124578f122c239f31cca07a4a84141caee9fcd6eb");
    assertThat(Association.between(7, ALICE, inUdp, A))
        .as("how a sender takes packets does not matter")
        .isEqualTo(Association.between(7, ALICE, B, A));
    assertThat(Association.between(7, ALICE, A, takingAt(4501, B)).id())
        .isNotEqualTo(association.id());
  }

  private static PublishedKey takingAt(int port, PublishedKey key) {
    return new PublishedKey(
        key.node(), key.vtep(), key.generation(), key.publicKey(), Optional.of(port));
  }

  @Test
  void isTheSameAtBothEnds() {
    assertThat(Association.between(7, BOB, A, B)).isEqualTo(Association.between(7, ALICE, A, B));
  }

  @Test
  void isAnotherForEachDirectionEpochNameAndAddress() {
    assertThat(
            Stream.of(
                    Association.between(7, ALICE, A, B),
                    Association.between(7, ALICE, B, A),
                    Association.between(8, ALICE, A, B),
                    Association.between(
                        7,
                        ALICE,
                        A,
                        new PublishedKey("c", B.vtep(), 0, B.publicKey(), Optional.empty())),
                    Association.between(
                        7,
                        ALICE,
                        A,
                        new PublishedKey("b", "2001:db8::2", 0, B.publicKey(), Optional.empty())))
                .map(each -> each.id() + each.spi())
                .distinct())
        .hasSize(5);
  }

  @Test
  void printsNoSecret() {
    assertThat(ALICE.toString() + Association.between(7, ALICE, A, B))
        .doesNotContain(HEX.formatHex(ALICE.privateKey()))
        .contains("key of 288 bits");
  }

  private static String hex(String base64) {
    return HEX.formatHex(Base64.getDecoder().decode(base64));
  }

  private static NodeKeyPair pair(String privateKey) {
    return NodeKeyPair.of(HEX.parseHex(privateKey));
  }
}
