package dev.weft.e2e.manifests;

import org.junit.jupiter.api.Tag;

/** On the cluster that the environment names. */
@Tag("cluster")
class BlackBoxTest extends BlackBox {
  @Override
  TestCluster cluster() {
    return GivenCluster.orSkip(System.getenv());
  }
}
