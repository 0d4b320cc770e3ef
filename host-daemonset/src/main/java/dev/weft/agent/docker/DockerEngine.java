package dev.weft.agent.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.EventActor;
import com.github.dockerjava.api.model.NetworkSettings;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.weft.api.Names;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A Docker engine through docker-java. */
final class DockerEngine implements ContainerEngine {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long BILLION = 1_000_000_000;

  private final URI uri;
  private final DockerClient questions;
  private final DockerClient news;

  /** An engine at {@code uri}, such as {@code unix:///var/run/docker.sock}. */
  DockerEngine(URI uri) {
    this.uri = uri;
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(uri.toString())
            .withDockerTlsVerify(false)
            .build();
    questions = client(config, PATIENCE);
    // no timeout: the stream of events is silent while nothing happens
    news = client(config, Duration.ZERO);
  }

  private static DockerClient client(DockerClientConfig config, Duration response) {
    ZerodepDockerHttpClient.Builder http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .connectionTimeout(PATIENCE);
    if (!response.isZero()) {
      http.responseTimeout(response);
    }
    return DockerClientImpl.getInstance(config, http.build());
  }

  @Override
  public Set<String> running() {
    return ask(() ->
        questions
            .listContainersCmd()
            .withLabelFilter(List.of(Names.NETWORKS_ANNOTATION))
            .exec()
            .stream()
            .map(com.github.dockerjava.api.model.Container::getId)
            .collect(Collectors.toSet()));
  }

  @Override
  public Optional<Container> inspect(String id) {
    return ask(() -> {
      try {
        return container(questions.inspectContainerCmd(id).exec(), this::imagesNetworks);
      } catch (NotFoundException e) {
        return Optional.empty();
      }
    });
  }

  private static Optional<Container> container(
      InspectContainerResponse found, UnaryOperator<String> imagesNetworks) {
    Map<String, String> labels = found.getConfig().getLabels();
    String networks = labels == null ? null : labels.get(Names.NETWORKS_ANNOTATION);
    Long pid = found.getState().getPidLong();
    if (networks == null
        || pid == null
        || pid == 0
        || !Boolean.TRUE.equals(found.getState().getRunning())) {
      return Optional.empty();
    }
    NetworkSettings settings = found.getNetworkSettings();
    String mode = found.getHostConfig().getNetworkMode();
    return Optional.of(
        new Container(
            found.getId(),
            found.getName().replaceFirst("^/", ""),
            networks,
            networks.equals(imagesNetworks.apply(found.getImageId())),
            mode == null ? "" : mode,
            new Container.Network(
                orEmpty(settings.getSandboxId()), orEmpty(settings.getSandboxKey()), pid)));
  }

  /** The label of an image; empty if it has none or the image was removed. */
  private String imagesNetworks(String image) {
    try {
      ContainerConfig config = questions.inspectImageCmd(image).exec().getConfig();
      Map<String, String> labels = config == null ? null : config.getLabels();
      return labels == null ? "" : labels.getOrDefault(Names.NETWORKS_ANNOTATION, "");
    } catch (NotFoundException e) {
      return "";
    }
  }

  @SuppressWarnings("NullAway") // the library does not say what may be null, and this may
  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  @Override
  public Events events(Instant since) {
    return ask(() ->
        news.eventsCmd()
            .withEventTypeFilter("container")
            .withEventFilter("start", "die", "rename")
            .withLabelFilter(Names.NETWORKS_ANNOTATION)
            .withSince("%d.%09d".formatted(since.getEpochSecond(), since.getNano()))
            .exec(new Subscription()));
  }

  private <T> T ask(Supplier<T> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      throw new EngineAway("the engine at %s: %s".formatted(uri, reason(e)), e);
    }
  }

  private static String reason(RuntimeException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return String.valueOf(cause.getMessage());
  }

  @Override
  public void close() {
    try (news;
        questions) {
      // closes both, even if one fails
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes events from docker-java's thread. */
  private static final class Subscription
      implements ResultCallback<com.github.dockerjava.api.model.Event>, Events {
    private final BlockingQueue<Optional<Event>> queue = new LinkedBlockingQueue<>();
    private volatile Closeable connection = () -> {};

    @Override
    public void onStart(Closeable closeable) {
      connection = closeable;
    }

    @Override
    public void onNext(com.github.dockerjava.api.model.Event event) {
      EventActor actor = event.getActor();
      Long nanos = event.getTimeNano();
      if (actor != null && actor.getId() != null && nanos != null) {
        Instant time = Instant.ofEpochSecond(nanos / BILLION, nanos % BILLION);
        queue.add(Optional.of(new Event(actor.getId(), time)));
      }
    }

    @Override
    public void onError(Throwable failure) {
      queue.add(Optional.empty());
    }

    @Override
    public void onComplete() {
      queue.add(Optional.empty());
    }

    @Override
    public Optional<Event> next() throws InterruptedException {
      return queue.take();
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
