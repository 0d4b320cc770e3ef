package dev.weft.e2e.manifests;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Runs the black-box tests on K3s, if Docker and the image of K3s are available. */
@Tag("cluster")
class K3sTest extends BlackBox {
  @TempDir private static Path folder = Path.of("");

  @Override
  TestCluster cluster() throws IOException {
    return K3sCluster.orSkip(System.getenv(), folder);
  }
}
