package dev.weft.e2e.lab;

import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

/** Pods of the lab, which get a sandbox and run no container. */
public final class LabPod {
  private LabPod() {}

  /**
   * A Pod of namespace {@code default}, bound to its node.
   *
   * @param node name of the Node
   * @param networks value of the annotation {@code weft.dev/networks}
   */
  public static Pod of(String name, String node, String networks) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .addToAnnotations(Names.NETWORKS_ANNOTATION, networks)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("none")
        .withImage("runs-in-the-lab")
        .endContainer()
        .endSpec()
        .build();
  }
}
