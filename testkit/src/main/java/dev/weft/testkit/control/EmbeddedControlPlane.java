package dev.weft.testkit.control;

import dev.weft.testkit.control.embedded.EmbeddedApiServer;

/** The embedded API server: it needs no other program, and is for trials, not for production. */
final class EmbeddedControlPlane implements ControlPlane {
  private final EmbeddedApiServer server = EmbeddedApiServer.start();

  @Override
  public String description() {
    return "embedded API server (neither WEFT_KUBECONFIG nor KUBEBUILDER_ASSETS is set)";
  }

  @Override
  public Kubeconfig kubeconfig() {
    return Kubeconfig.of(server.address(), "");
  }

  @Override
  public boolean isReal() {
    return false;
  }

  @Override
  public boolean outlivesLab() {
    return false;
  }

  @Override
  public void close() {
    server.close();
  }
}
