package dev.weft.e2e.manifests;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The same on K3s, wherever Docker and its image are. */
@Tag("cluster")
class K3sTest extends BlackBox {
  @TempDir private static Path folder = Path.of("");

  @Override
  TestCluster cluster() throws IOException {
    return K3sCluster.orSkip(System.getenv(), folder);
  }
}
