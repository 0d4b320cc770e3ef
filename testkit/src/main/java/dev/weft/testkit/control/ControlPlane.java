package dev.weft.testkit.control;

/** An API server that a lab stands on. */
public sealed interface ControlPlane extends AutoCloseable
    permits EmbeddedControlPlane, ExistingCluster, KubernetesBinaries {
  /** What it is and why it was chosen, for people. */
  String description();

  /** How this machine reaches it, with every right. */
  Kubeconfig kubeconfig();

  /** Whether a real API server answers, with schema validation and admission. */
  boolean isReal();

  /** Whether it goes on when the lab ends, so that the lab must remove its own objects. */
  boolean outlivesLab();

  @Override
  void close();
}
