package dev.weft.testkit.control;

/** The API server of a lab. */
public sealed interface ControlPlane extends AutoCloseable
    permits EmbeddedControlPlane, ExistingCluster, KubernetesBinaries {
  /** What it is and why it was chosen, for the user. */
  String description();

  /** Access from this machine, with all rights. */
  Kubeconfig kubeconfig();

  /** Whether a real API server answers, with schema validation and admission. */
  boolean isReal();

  /** Whether it outlives the lab, so that the lab must remove its own objects. */
  boolean outlivesLab();

  @Override
  void close();
}
