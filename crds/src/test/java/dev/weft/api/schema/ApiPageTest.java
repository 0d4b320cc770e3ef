package dev.weft.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ApiPageTest {
  private static final Path PAGE = Path.of("../docs/reference/api.md");

  @Test
  void theApiReferenceIsWhatTheTypesSay() throws IOException {
    String generated = ApiPage.generate();
    if ("write".equals(System.getProperty("weft.crds"))) {
      Files.writeString(PAGE, generated);
    }
    assertThat(Files.readString(PAGE))
        .as("regenerate it with ./weft manifests")
        .isEqualTo(generated);
  }

  @Test
  void itDescribesFieldsOfEveryKind() {
    assertThat(ApiPage.generate())
        .contains("## ContainerNetwork", "| `driver` |", "**required**", "`subnets[].cidr`")
        .contains("## NetworkEndpoint", "## OverlayService", "4096 to 16777215");
  }
}
