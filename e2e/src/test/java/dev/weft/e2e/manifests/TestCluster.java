package dev.weft.e2e.manifests;

import java.nio.file.Path;

/** A Kubernetes cluster of two nodes or more, without Weft. */
interface TestCluster extends AutoCloseable {
  /** Client with all rights. */
  Path kubeconfig();

  /** Brings an image to all its nodes. */
  void load(Path tar);

  /** The image of pods that need a shell, ping and sleep. */
  String podImage();

  @Override
  void close();
}
