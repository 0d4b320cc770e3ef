package dev.weft.e2e.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The short form of {@code ./weft matrix}: one kind of node, which {@code -Dweft.matrix.node=KIND}
 * chooses.
 */
class RowTest {
  private static final Path MANIFESTS = Path.of("../manifests");

  @Test
  void everyKindOfNetworkWorksOrIsRefusedWithItsReason() {
    assumeTrue(Root.is(), Root.REASON);
    NodeKind kind = NodeKind.valueOf(System.getProperty("weft.matrix.node", "MTU_1280"));

    Map<NetworkKind, PairOutcome> row = Row.of(kind, Labs.name(), MANIFESTS);

    MatrixMain.table(Map.of(kind, row)).forEach(System.out::println);
    assertThat(row).hasSameSizeAs(NetworkKind.all());
    assertThat(row.values()).noneMatch(PairOutcome.Broken.class::isInstance);
    assertThat(row.values()).anyMatch(PairOutcome.Works.class::isInstance);
  }

  @Test
  void theTableSaysEachReasonOnce() {
    Map<NetworkKind, PairOutcome> row = new LinkedHashMap<>();
    NetworkKind.all().forEach(each -> row.put(each, new PairOutcome.Refused("no NAT here")));

    assertThat(MatrixMain.table(Map.of(NodeKind.PLAIN, row, NodeKind.IPVS, row)))
        .filteredOn(line -> line.contains("no NAT here"))
        .isEqualTo(List.of("(1) no NAT here"));
  }
}
