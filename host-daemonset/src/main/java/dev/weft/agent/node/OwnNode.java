package dev.weft.agent.node;

import dev.weft.agent.cluster.NodeRecord;
import dev.weft.agent.retry.Timer;
import dev.weft.api.Causes;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Node object of this node. An agent may get a Node and watch none, so it reads its own when it
 * starts, and whenever it publishes itself.
 */
public final class OwnNode {
  private static final Logger LOG = LoggerFactory.getLogger(OwnNode.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final String name;
  private final NodeRecord.Page page;
  private volatile Optional<Node> last;

  /** The Node of this name; asks nobody yet. */
  public OwnNode(KubernetesClient client, String name, NodeRecord record) {
    this.client = client;
    this.name = name;
    this.page = record.page("node");
    this.last = page.recall(Node.class).stream().findFirst();
  }

  /** What was read last. */
  Optional<Node> last() {
    return last;
  }

  /**
   * Reads it; empty if it does not exist, or the agent may not read it.
   *
   * @throws KubernetesClientException if the API server does not answer
   */
  public Optional<Node> read() {
    try {
      last = Optional.ofNullable(client.nodes().withName(name).get());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      last = Optional.empty();
    }
    last.ifPresentOrElse(each -> page.put(name, addresses(each)), () -> page.remove(name));
    page.complete();
    return last;
  }

  /** The part of a Node that {@link UnderlayChoices} reads: it changes seldom. */
  private static Node addresses(Node node) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(node.getMetadata().getName())
        .endMetadata()
        .withNewStatus()
        .withAddresses(node.getStatus() == null ? List.of() : node.getStatus().getAddresses())
        .endStatus()
        .build();
  }

  /** Completes when an earlier agent's Node counts. */
  public CompletableFuture<Void> recalled() {
    return page.used();
  }

  /** Completes when it was read once, however long the API server is away. */
  public CompletableFuture<Void> start(Timer timer) {
    CompletableFuture<Void> known = new CompletableFuture<>();
    timer.after(Duration.ZERO, () -> attempt(timer, known));
    return known;
  }

  private void attempt(Timer timer, CompletableFuture<Void> known) {
    try {
      Optional<Node> _ = read();
      known.complete(null);
    } catch (KubernetesClientException e) {
      LOG.atDebug()
          .addKeyValue("node", name)
          .log("the Node cannot be read, it is tried again: {}", Causes.of(e));
      timer.after(PAUSE, () -> attempt(timer, known));
    }
  }
}
