package dev.weft.agent;

import dev.weft.agent.cluster.AgentClients;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.NodeRecord;
import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.node.KernelSurvey;
import dev.weft.agent.node.NodeUnderlay;
import dev.weft.agent.node.OwnNode;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import dev.weft.agent.sandbox.Sandboxes;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what the agent would change now. Changes nothing. */
@Command(
    name = "plan",
    description = "Prints, in order, what the agent would change on this node; changes nothing.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:nothing to change", "2:there are changes", "1:it is not known"})
final class PlanCommand implements Callable<Integer> {
  private static final long PATIENCE_SECONDS = 30;

  @Mixin private AgentOptions options = new AgentOptions();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (KubernetesClient client = AgentClients.open(options.config(), _ -> {});
        DataPlane dataPlane = DataPlane.open(options.keyFile());
        Sandboxes sandboxes = options.sandboxes.open();
        ClusterCaches cluster = new ClusterCaches(client, options.node, sandboxes::of)) {
      await(
          cluster.start(ClusterCaches.Listener.NONE), "the API server at " + client.getMasterUrl());
      Untouched untouched = new Untouched();
      sandboxes.start(untouched);
      await(untouched.synced, "a source of sandboxes");
      OwnNode self = new OwnNode(client, options.node, NodeRecord.none());
      Optional<Node> _ = self.read();
      NodeUnderlay underlay =
          new NodeUnderlay(cluster, self, client.getMasterUrl(), dataPlane::underlay);
      boolean _ = underlay.look();
      DesiredCache desired = new DesiredCache(cluster, sandboxes, KernelSurvey.kernel());
      desired.update(PassScope.EVERYTHING);
      return print(dataPlane.plan(desired.nodeSpec(underlay.vtep())), desired);
    }
  }

  private int print(List<Change> changes, DesiredCache desired) {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    changes.forEach(
        each -> out.printf("%s: %s%n", desired.nameOf(each.uid()).orElse(each.uid()), each));
    out.printf("%d changes%n", changes.size());
    return changes.isEmpty() ? 0 : AgentMain.CHANGES;
  }

  private static void await(CompletableFuture<Void> known, String what) throws Exception {
    try {
      known.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "%s did not answer within %d seconds".formatted(what, PATIENCE_SECONDS), e);
    }
  }

  /** Ignores all sandboxes. */
  private static final class Untouched implements SandboxListener {
    private final CompletableFuture<Void> synced = new CompletableFuture<>();

    @Override
    public AttachResult attach(Sandbox sandbox) {
      return new AttachResult.Untried();
    }

    @Override
    public void detach(Sandbox sandbox) {}

    @Override
    public void synced() {
      synced.complete(null);
    }
  }
}
