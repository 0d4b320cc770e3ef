package dev.weft.e2e.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Dockerd;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import dev.weft.importer.engine.DockerApi;
import dev.weft.importer.translate.Imported;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real engine, as a Swarm of one, with networks of every driver and services of every kind. */
@Tag("docker")
class ImportedEngineTest {
  private static final String OPTION = "com.docker.network.bridge.";

  @Test
  void everythingOfAnEngineIsRightOrRefusedWithAReason() throws Exception {
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(Dockerd.missing().isEmpty(), () -> Dockerd.missing().orElse(""));
    try (Lab lab = Lab.create(Labs.name())) {
      lab.install(Path.of("../manifests"));
      LabNode node = lab.addNode();
      Dockerd engine = Dockerd.start(lab, node, 1);
      try {
        fill(engine, node);
        List<Imported> imported = DockerApi.read(URI.create("unix://" + engine.socket()));

        assertThat(imported).filteredOn(each -> each.what().startsWith("service")).hasSize(7);
        assertThat(of(imported, "network apart "))
            .contains("interContainerTraffic: false", "masquerade: false", "internal: true");
        assertThat(of(imported, "network lan ")).contains("parent: \"eth0\"", "10.71.0.0/24");
        assertThat(of(imported, "network secret ")).contains("encrypted: true");
        assertThat(names(imported, "network x_y ", "network x.y "))
            .doesNotHaveDuplicates()
            .hasSize(2);
        assertThat(of(imported, "service grouped"))
            .contains("kind: \"OverlayService\"", "Groups: [staff]");
        assertThat(of(imported, "service everywhere")).contains("mode: \"Global\"");
        assertThat(of(imported, "service once")).contains("kind: \"Job\"", "completions: 3");
        assertThat(of(imported, "service each")).contains("is left out");
        // the Swarm's own host has an id of its own, which no engine lists
        assertThat(of(imported, "service hosted"))
            .contains("refused: Spec.TaskTemplate.Networks[0].Target")
            .contains("write hostNetwork: true");
        assertThat(of(imported, "service plain")).doesNotContain("weft.dev/networks:");
        assertThat(of(imported, "service two")).contains("x-y");
      } finally {
        engine.stop();
      }
    }
  }

  private static void fill(Dockerd engine, LabNode node) {
    engine.docker("swarm", "init", "--advertise-addr", node.address().getHostAddress());
    network(
        engine,
        "-d bridge --internal -o %senable_icc=0 -o %senable_ip_masquerade=False apart"
            .formatted(OPTION, OPTION));
    network(engine, "--config-only -o parent=eth0 --subnet 10.71.0.0/24 conf");
    network(engine, "-d macvlan --config-from conf lan");
    network(engine, "-d ipvlan -o parent=eth0 --subnet 10.72.0.0/24 ipv");
    network(engine, "-d overlay --attachable --subnet 10.73.0.0/24 back");
    network(engine, "-d overlay --opt encrypted secret");
    network(engine, "-d overlay x_y");
    network(engine, "-d bridge x.y");
    service(engine, "--name grouped --network back --group staff");
    service(engine, "--name everywhere --network secret --mode global");
    service(engine, "--name once --network back --mode replicated-job --replicas 3");
    service(engine, "--name each --network back --mode global-job");
    service(engine, "--name hosted --network host");
    service(engine, "--name plain --replicas 0");
    service(engine, "--name two --network x_y --network back");
  }

  private static void network(Dockerd engine, String arguments) {
    engine.docker(
        Stream.concat(Stream.of("network", "create"), Stream.of(arguments.split(" ")))
            .toArray(String[]::new));
  }

  /** No node has the label, so that no task starts. */
  private static void service(Dockerd engine, String arguments) {
    engine.docker(
        Stream.of(
                Stream.of("service", "create", "--detach", "--constraint", "node.labels.x==y"),
                Stream.of(arguments.split(" ")),
                Stream.of("busybox"))
            .flatMap(each -> each)
            .toArray(String[]::new));
  }

  private static String of(List<Imported> imported, String what) {
    return imported.stream()
        .filter(each -> (each.what() + " ").startsWith(what))
        .map(Imported::yaml)
        .findFirst()
        .orElseThrow(() -> new AssertionError(what + " is not in " + imported));
  }

  private static List<String> names(List<Imported> imported, String... whats) {
    return Stream.of(whats)
        .flatMap(
            what -> of(imported, what).lines().filter(each -> each.startsWith("  name:")).limit(1))
        .toList();
  }
}
