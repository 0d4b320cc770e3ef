package dev.weft.testkit.control;

import java.nio.file.Path;

/**
 * An existing cluster.
 *
 * @param file its kubeconfig
 */
record ExistingCluster(Path file) implements ControlPlane {
  @Override
  public String description() {
    return "the cluster of " + file + " (WEFT_KUBECONFIG)";
  }

  @Override
  public Kubeconfig kubeconfig() {
    return Kubeconfig.read(file);
  }

  @Override
  public boolean isReal() {
    return true;
  }

  @Override
  public boolean outlivesLab() {
    return true;
  }

  @Override
  public void close() {}
}
