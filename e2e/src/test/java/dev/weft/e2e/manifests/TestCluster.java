package dev.weft.e2e.manifests;

import java.nio.file.Path;

/** A Kubernetes cluster of two nodes or more, on which nothing of Weft is yet. */
interface TestCluster extends AutoCloseable {
  /** How to reach it, with every right. */
  Path kubeconfig();

  /** Brings an image to all its nodes. */
  void load(Path tar);

  /** The image of pods that need a shell, ping and sleep. */
  String podImage();

  @Override
  void close();
}
