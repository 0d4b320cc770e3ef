package dev.weft.agent.cluster;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** Server-side apply, as this agent does it. */
public final class Applies {
  /** The agent's name as a field manager. */
  public static final String MANAGER = "weft-agent";

  private Applies() {}

  /** Owns exactly the fields that are sent, whoever had them before. */
  public static PatchContext forced() {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(MANAGER)
        .withForce(true)
        .build();
  }
}
