package dev.weft.agent.attach;

import dev.weft.agent.cluster.ObjectEvents;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the results of attachments: a log line, and an Event on the pod, or on the node for a
 * container without a pod.
 */
public final class AttachReports {
  private static final Logger LOG = LoggerFactory.getLogger(AttachReports.class);

  private final Sandboxes sandboxes;
  private final ObjectEvents events;
  private final NetworkStatuses statuses;
  private final String node;

  /** Reports for sandboxes of {@code sandboxes}, which run on {@code node}. */
  public AttachReports(
      Sandboxes sandboxes, ObjectEvents events, NetworkStatuses statuses, String node) {
    this.sandboxes = sandboxes;
    this.events = events;
    this.statuses = statuses;
    this.node = node;
  }

  /** Reports a result that differs from the previous one. */
  void report(Sandbox sandbox, AttachResult verdict) {
    switch (verdict) {
      case AttachResult.Wired() -> {
        LOG.atInfo()
            .addKeyValue("sandbox", sandbox.id())
            .addKeyValue("pod", sandbox)
            .log("sandbox attached");
        statuses.attached(sandbox);
      }
      case AttachResult.Untried() -> {}
      case AttachResult.Refused(String why) -> {
        LOG.atWarn()
            .addKeyValue("sandbox", sandbox.id())
            .addKeyValue("pod", sandbox)
            .log("sandbox not attached: {}", why);
        if (sandbox.pod() != null) {
          events.warning(pod(sandbox), Reason.NETWORK_NOT_ATTACHED, why);
        } else if (sandbox.reference().container() != null) {
          events.warning(node(), Reason.NETWORK_NOT_ATTACHED, "%s: %s".formatted(sandbox, why));
        }
      }
    }
  }

  /** Reports that programs in a sandbox may have run without these networks until now. */
  void late(Sandbox sandbox, List<String> networks) {
    LOG.atWarn()
        .addKeyValue("sandbox", sandbox.id())
        .addKeyValue("pod", sandbox)
        .log("attached late to {}", networks);
    if (sandbox.pod() != null) {
      events.warning(
          pod(sandbox),
          Reason.NETWORK_ATTACHED_LATE,
          "attached to %s only after the pod had started: the agent was not running"
              .formatted(String.join(", ", networks)));
    }
  }

  /** Reports a result to the source of the sandbox, which does not wait for it. */
  void answer(Sandbox sandbox, AttachResult verdict) {
    sandboxes.report(sandbox, verdict);
  }

  private static ObjectReference pod(Sandbox sandbox) {
    return new ObjectReferenceBuilder()
        .withApiVersion("v1")
        .withKind("Pod")
        .withNamespace(sandbox.namespace())
        .withName(sandbox.pod())
        .withUid(sandbox.podUid())
        .build();
  }

  /** As in the kubelet's Events, the UID of a node is its name. */
  private ObjectReference node() {
    return new ObjectReferenceBuilder()
        .withApiVersion("v1")
        .withKind("Node")
        .withName(node)
        .withUid(node)
        .build();
  }
}
