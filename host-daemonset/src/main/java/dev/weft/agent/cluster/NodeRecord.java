package dev.weft.agent.cluster;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects of the API that count on this node, in a file that survives the agent. A restarted
 * agent works from it while no API server answers.
 *
 * <p>An object is in the file before it counts. So the file is never behind the kernel, and a pass
 * from it removes nothing that the API server had not deleted.
 */
public final class NodeRecord implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRecord.class);

  private static final String HOST_NETWORKS = "hostNetworks";
  private static final String ENDPOINTS = "endpoints";
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "networks",
          ContainerNetwork.class,
          HOST_NETWORKS,
          HostNetwork.class,
          "meshNodes",
          MeshNode.class,
          "meshes",
          Mesh.class,
          ENDPOINTS,
          NetworkEndpoint.class,
          "slices",
          EndpointSlice.class,
          "node",
          Node.class);

  /** Pages without which the record says too little to work from. */
  private static final Set<String> NEEDED =
      Set.of("networks", HOST_NETWORKS, "meshNodes", "meshes", ENDPOINTS, "node");

  private final @Nullable KubernetesSerialization json;
  private final @Nullable RecordFile file;
  private final Map<String, Map<String, HasMetadata>> recalled = new HashMap<>();
  private final Set<String> complete = new HashSet<>();
  private final Set<String> opened = new HashSet<>();
  private final CompletableFuture<Instant> used = new CompletableFuture<>();
  private final Set<String> reasons = ConcurrentHashMap.newKeySet();
  private Instant written = Instant.EPOCH;
  private volatile boolean over;

  /** A write after the end would begin the file anew. */
  private boolean closed;

  private NodeRecord(@Nullable RecordFile file, @Nullable KubernetesSerialization json) {
    this.file = file;
    this.json = json;
  }

  /**
   * The file of the record, which lives as long as the file {@code keys}: until the node reboots.
   */
  public static Path besides(Path keys) {
    String name = String.valueOf(keys.getFileName());
    return keys.resolveSibling(name.equals("keys") ? "record" : name + ".record");
  }

  /** A record that keeps nothing. */
  public static NodeRecord none() {
    return new NodeRecord(null, null);
  }

  /**
   * Reads the record in {@code path}. One that is missing, incomplete, unreadable or of another
   * version counts as none.
   */
  public static NodeRecord open(Path path, KubernetesSerialization json) {
    RecordFile file = new RecordFile(path);
    NodeRecord record = new NodeRecord(file, json);
    record.read(path, file);
    return record;
  }

  private void read(Path path, RecordFile from) {
    Set<String> whole = new HashSet<>();
    try {
      if (Files.exists(path)) {
        written = Files.getLastModifiedTime(path).toInstant().truncatedTo(ChronoUnit.SECONDS);
      }
      from.read(new Reader(whole));
    } catch (IOException | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .log("the last known state is ignored: {}", String.valueOf(e.getMessage()));
      whole.clear();
    }
    if (!whole.containsAll(NEEDED)) {
      recalled.clear();
      from.reset();
      return;
    }
    complete.addAll(whole);
    // the node never carried a network whose endpoints were not all known
    objects(HOST_NETWORKS)
        .values()
        .removeIf(
            each -> !whole.contains(ENDPOINTS + "/" + ClusterCaches.networkOf((HostNetwork) each)));
  }

  /** Reads the objects of the file. */
  private final class Reader implements RecordFile.Visitor {
    private final Set<String> whole;

    Reader(Set<String> whole) {
      this.whole = whole;
    }

    @Override
    public @Nullable String put(RecordLine.Put line) {
      HasMetadata object = json().unmarshal(line.json(), kind(line.page()));
      objects(line.page()).put(line.key(), object);
      return object.getMetadata().getResourceVersion();
    }

    @Override
    public void other(RecordLine line) {
      switch (line) {
        case RecordLine.Put put -> put(put);
        case RecordLine.Remove(String page, String key) -> objects(page).remove(key);
        case RecordLine.Complete(String page) -> whole.add(page);
        case RecordLine.End(String page) -> {
          recalled.remove(page);
          whole.remove(page);
        }
      }
    }
  }

  private KubernetesSerialization json() {
    return Objects.requireNonNull(json, "given with the file");
  }

  private Map<String, HasMetadata> objects(String page) {
    return recalled.computeIfAbsent(page, _ -> new LinkedHashMap<>());
  }

  private static Class<? extends HasMetadata> kind(String page) {
    int slash = page.indexOf('/');
    Class<? extends HasMetadata> kind = KINDS.get(slash < 0 ? page : page.substring(0, slash));
    if (kind == null) {
      throw new IllegalArgumentException("it has an unknown page " + page);
    }
    return kind;
  }

  /** One cache's part of the record. */
  public final class Page {
    private final String name;
    private final boolean recallable;

    private Page(String name, boolean recallable) {
      this.name = name;
      this.recallable = recallable;
    }

    /** Whether the page counts: the agent works from the record, which has all of the page. */
    public boolean isUsed() {
      return recallable && used.isDone();
    }

    /** Completes when the page {@link #isUsed}; never, if the record does not have all of it. */
    public CompletableFuture<Void> used() {
      return recallable ? used.thenAccept(_ -> {}) : new CompletableFuture<>();
    }

    /** Hands over the objects as an earlier agent left them. */
    public <T extends HasMetadata> List<T> recall(Class<T> kind) {
      synchronized (NodeRecord.this) {
        Map<String, HasMetadata> left = recalled.remove(name);
        return left == null ? List.of() : left.values().stream().map(kind::cast).toList();
      }
    }

    /** Keeps an object, before it counts. */
    public void put(String key, HasMetadata object) {
      String version = object.getMetadata().getResourceVersion();
      write(it -> {
        if (version == null || !it.holds(name, key, version)) {
          it.put(name, key, version, json().asJson(object));
        }
      });
    }

    /** Drops an object. */
    public void remove(String key) {
      write(it -> it.remove(name, key));
    }

    /** All objects are in the page. */
    public void complete() {
      write(it -> it.complete(name));
    }

    /** Tells that no API server answers; returns whether this reason is the first of its kind. */
    boolean away(String why) {
      use();
      return reasons.add(why);
    }

    /** Drops the page. */
    void end() {
      synchronized (NodeRecord.this) {
        opened.remove(name);
        complete.remove(name);
        recalled.remove(name);
      }
      write(it -> it.end(name));
    }
  }

  /** The page of this name. */
  public synchronized Page page(String name) {
    boolean _ = opened.add(name);
    return new Page(name, !over && complete.contains(name));
  }

  /** Lets the record count until the API server answers, if an earlier agent completed it. */
  void use() {
    if (!over && complete.containsAll(NEEDED) && used.complete(Instant.now())) {
      LOG.atWarn().log("{}", describe());
    }
  }

  /** Ends the use of the record: the API server has told everything. */
  synchronized void heard() {
    if (over) {
      return;
    }
    over = true;
    recalled.clear();
    if (used.isDone()) {
      LOG.atInfo().log("the API server answers again, so the last known state ends");
    }
    write(it -> it.retain(opened));
  }

  /** Says that the agent works from the record; empty if it does not. */
  public Optional<String> source() {
    return used.isDone() && !over ? Optional.of(describe()) : Optional.empty();
  }

  private String describe() {
    return "the agent works from the last known state of %s, as no API server answers since %s"
        .formatted(written, used.join().truncatedTo(ChronoUnit.SECONDS));
  }

  private interface Writing {
    void to(RecordFile it) throws IOException;
  }

  private synchronized void write(Writing writing) {
    if (file == null || closed || file.isAbandoned()) {
      return;
    }
    try {
      writing.to(file);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", file.path())
          .log(
              "the state of the node is not kept: {}; an agent that restarts without an API server"
                  + " waits for one; restart the agent once the file can be written",
              String.valueOf(e.getMessage()));
      file.abandon();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (file != null) {
      file.close();
    }
  }
}
