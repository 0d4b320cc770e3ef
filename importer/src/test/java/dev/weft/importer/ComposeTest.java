package dev.weft.importer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComposeTest {
  @TempDir private Path folder;

  private Import of(String compose, String... arguments) {
    return Import.of(folder, compose, arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "",
        "just text",
        "[a, b]",
        "apiVersion: v1\nkind: Service\nservices: {}",
        "name: ci\non: push\njobs: {build: {steps: []}}",
        "web: {image: nginx}",
        "services: [a]",
        "services: {a: {image: x}}\nservices: {}",
        "services: &a {a: *a}"
      })
  void aFileThatIsNoComposeFileIsRefused(String text) {
    Import imported = of(text);

    assertThat(imported.status()).isEqualTo(1);
    assertThat(imported.yaml()).isEmpty();
    assertThat(imported.table()).contains("compose.yaml:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "\"on\"", "True", "y", "\"${X:-true}\"", "TRUE"})
  void aNetworkIsInternalInEveryWordThatComposeTakes(String word) {
    assertThat(of("services: {}\nnetworks: {n: {internal: %s}}".formatted(word)).yaml())
        .contains("internal: true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "perhaps", "\"${UNSET}\"", "[true]"})
  void aNetworkOfUnreadableIsolationIsNotWritten(String word) {
    Import imported = of("services: {}\nnetworks:\n  n:\n    internal: %s".formatted(word));

    assertThat(imported.status()).isEqualTo(2);
    assertThat(imported.yaml()).contains("refused: networks.n.internal").contains("yaml:4");
    assertThat(imported.yaml().lines()).noneMatch(each -> each.startsWith("kind:"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "f", "F", "FALSE", "false", "False"})
  void anOptionIsFalseInEveryWordThatDockerTakes(String word) {
    assertThat(
            of("""
            services: {}
            networks:
              n:
                driver: bridge
                driver_opts: {com.docker.network.bridge.enable_icc: "%s"}
            """
                    .formatted(word))
                .yaml())
        .contains("interContainerTraffic: false");
  }

  @Test
  void latinCharactersCostOnlyTheValueThatHoldsThem() {
    Import imported =
        Import.of(
            folder,
            "services: {a: {image: x, user: caf\u00e9, hostname: h}} # caf\u00e9\n"
                .getBytes(ISO_8859_1));

    assertThat(imported.status()).isEqualTo(2);
    assertThat(imported.yaml())
        .contains("refused: services.a.user")
        .contains("hostname: \"h\"")
        .contains("UTF-8");
  }

  @Test
  void anAliasBombIsRefused() {
    StringBuilder bomb = new StringBuilder("services: {}\nx-a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char each = 'b'; each < 'k'; each++) {
      bomb.append(
          "x-%c: &%c [%s]\n".formatted(each, each, ("*" + (char) (each - 1) + ",").repeat(9)));
    }

    assertThat(of(bomb.toString()).status()).isEqualTo(1);
  }

  @Test
  void whatIsDroppedFailsOnlyWhereItMustNotBe() {
    String compose = "services: {a: {image: x, logging: {driver: none}}}";

    assertThat(of(compose).status()).isZero();
    assertThat(of(compose, "--strict").status()).isEqualTo(3);
    assertThat(of("services: {a: {image: x}}", "--strict").status()).isZero();
    assertThat(of(compose).table()).contains("values dropped: 1").contains("compose.yaml:1");
  }

  @Test
  void profilesAreEnabledByName() {
    String compose = "services: {a: {image: x, profiles: [p]}}";

    assertThat(of(compose).yaml()).contains("#| kind: \"OverlayService\"");
    assertThat(of(compose, "--profile", "p").yaml()).contains("\nkind: \"OverlayService\"");
  }

  @Test
  void aFileOfVariablesReplacesTheOneBesideTheFile() throws IOException {
    Files.writeString(folder.resolve(".env"), "TAG=beside\n");
    Path other = Files.writeString(folder.resolve("other.env"), "TAG=\"given\"\n");
    String compose = "services: {a: {image: \"x:$TAG\"}}";

    assertThat(of(compose).yaml()).contains("x:beside");
    assertThat(of(compose, "--env-file", other.toString()).yaml()).contains("x:given");
  }

  @Test
  void aLaterFileGoesOverTheFirst() throws IOException {
    Path over =
        Files.writeString(
            folder.resolve("over.yaml"), "services: {a: {image: y, ports: !reset null}}");

    assertThat(
            of("services: {a: {image: x, ports: [\"80:80\"]}}", "--compose", over.toString())
                .yaml())
        .contains("image: \"y\"")
        .contains("overrides it")
        .doesNotContain("LoadBalancer");
  }

  @Test
  void networksOfTwoProjectsHaveTwoNames() throws IOException {
    String compose = "services: {a: {image: x, networks: [backend]}}\nnetworks: {backend: }";
    Path named = Files.writeString(folder.resolve("named.yaml"), "name: blog\n" + compose);

    assertThat(of(compose).yaml()).contains("name: \"shop-backend\"");
    assertThat(Import.run("--compose", named.toString()).yaml()).contains("name: \"blog-backend\"");
    assertThat(Import.run("--compose", named.toString(), "-p", "given").yaml())
        .contains("name: \"given-backend\"");
  }

  @Test
  void aDocumentInAnotherFormKeepsWhatItDoesNotOverride() {
    assertThat(
            of("""
            services: {a: {image: x, environment: {A: one, B: two}, command: [run, all]}}
            ---
            services: {a: {environment: [A=three, C=four], command: [stop]}}
            """)
                .yaml())
        .containsSubsequence(
            "name: \"A\"", "value: \"three\"", "name: \"B\"", "value: \"two\"", "name: \"C\"")
        .contains("- \"stop\"")
        .doesNotContain("- \"all\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{driver: bridge, ipam: {config: [{subnet: 10.7.0.0/24}]}}",
        "{driver: bridge}",
        "{driver: macvlan, ipam: {config: [{subnet: 'fd00:1::/64'}]}}"
      })
  void anAddressOutsideItsNetworksSubnetsIsRefused(String network) {
    Import imported =
        of(
            "services: {a: {image: x, networks: {n: {ipv4_address: 10.8.0.9}}}}\nnetworks: {n: %s}"
                .formatted(network));

    assertThat(imported.status()).isEqualTo(2);
    assertThat(imported.yaml())
        .contains("refused: services.a.networks.n.ipv4_address: 10.8.0.9")
        .contains("weft.dev/networks: \"shop-n\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{driver: bridge, ipam: {config: [{subnet: 10.7.0.0/24}, {subnet: 10.8.0.0/24}]}}",
        "{external: true}"
      })
  void anAddressThatItsNetworkMayHoldIsWished(String network) {
    Import imported =
        of(
            "services: {a: {image: x, networks: {n: {ipv4_address: 10.8.0.9}}}}\nnetworks: {n: %s}"
                .formatted(network));

    assertThat(imported.status()).isZero();
    assertThat(imported.yaml()).contains("10.8.0.9");
  }

  @Test
  void anExternalNetworkIsAnOverlayIfTheFileRequestsIt() {
    String compose = "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {external: true%s}}";

    assertThat(of(compose.formatted("")).yaml())
        .contains("kind: \"Deployment\"")
        .contains("write driver: overlay beside external");
    assertThat(of(compose.formatted(", driver: overlay")).yaml())
        .contains("kind: \"OverlayService\"")
        .contains("network: \"n\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:53:53/udp", "[::1]:53:53", "localhost:53:53"})
  void aPortPublishedOnLoopbackIsDropped(String port) {
    Import imported = of("services: {a: {image: x, ports: [\"%s\"]}}".formatted(port));

    assertThat(imported.table()).contains("values dropped: 1").contains(port);
    assertThat(imported.yaml()).doesNotContain("LoadBalancer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"privileged: true", "cap_add: [SYS_ADMIN]", "cap_add: [cap_sys_admin]"})
  void privilegesThatTheApiServerCannotReconcileAreDropped(String might) {
    assertThat(
            of("services: {a: {image: x, security_opt: [no-new-privileges], %s}}".formatted(might))
                .yaml())
        .contains("dropped: services.a.security_opt[0]")
        .doesNotContain("allowPrivilegeEscalation: false\n  ");
  }

  @Test
  void aMissingEngineIsReported() {
    Import imported = Import.run("--host", "unix://" + folder.resolve("none"));

    assertThat(imported.status()).isEqualTo(1);
    assertThat(imported.table()).contains("no engine answers");
    assertThat(Import.run("--nonsense").status()).isEqualTo(64);
  }
}
