package dev.weft.importer.translate;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Notes;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a service before they become resources. */
public final class Workload {
  /** How tasks run: a number of tasks, one on each node, or to completion. */
  public enum Mode {
    REPLICATED,
    GLOBAL,
    JOB
  }

  /**
   * Update settings in Docker's terms.
   *
   * @param parallelism 0: all at once; null: the default
   */
  public record Update(@Nullable Integer parallelism, boolean startFirst, @Nullable Integer delay) {
    static final Update DEFAULT = new Update(null, false, null);

    boolean isDefault() {
      return (parallelism == null || parallelism == 1)
          && !startFirst
          && (delay == null || delay == 0);
    }
  }

  final String name;
  final Notes notes;
  final ContainerBuilder container = new ContainerBuilder().withName("main");
  final PodSpecBuilder pod = new PodSpecBuilder();
  final List<EnvVar> environment = new ArrayList<>();
  final Map<String, Volume> volumes = new LinkedHashMap<>();
  final List<VolumeMount> mounts = new ArrayList<>();
  final List<Attach> networks = new ArrayList<>();
  final List<WorkloadPort> ports = new ArrayList<>();
  final Map<String, String> nodeSelector = new LinkedHashMap<>();
  Mode mode = Mode.REPLICATED;
  Update update = Update.DEFAULT;
  boolean namesOnly;
  boolean onHost;
  @Nullable Integer replicas;
  @Nullable String image;
  @Nullable String spread;
  @Nullable String leftOut;

  /**
   * Creates an empty workload.
   *
   * @param name name of the resource
   */
  public Workload(String name, Notes notes) {
    this.name = name;
    this.notes = notes;
  }

  public String name() {
    return name;
  }

  public Notes notes() {
    return notes;
  }

  public Mode mode() {
    return mode;
  }

  public boolean isAttached() {
    return !networks.isEmpty();
  }

  public boolean isAttachedTo(Attach network) {
    return networks.contains(network);
  }

  /** The container that every task runs. */
  public ContainerBuilder container() {
    return container;
  }

  public PodSpecBuilder pod() {
    return pod;
  }

  public void image(@Nullable String given) {
    this.image = given;
  }

  public void environment(EnvVar variable) {
    environment.removeIf(each -> each.getName().equals(variable.getName()));
    environment.add(variable);
  }

  /** Mounts a volume, which several mounts may share. */
  public void mount(Volume volume, VolumeMount mount) {
    volumes.putIfAbsent(volume.getName(), volume);
    mounts.removeIf(each -> each.getMountPath().equals(mount.getMountPath()));
    mounts.add(mount);
  }

  public void attach(Attach network) {
    networks.add(network);
  }

  /** Adds a port, unless the same one is there already. */
  public void port(WorkloadPort port) {
    if (!ports.contains(port)) {
      ports.add(port);
    }
  }

  public void mode(Mode given, @Nullable Integer tasks) {
    this.mode = given;
    this.replicas = tasks;
  }

  /**
   * Lets the service's name resolve to its tasks (dnsrr) instead of one virtual address.
   *
   * @param published published ports of the service, which then have no address
   */
  public void namesOnly(Cursor published) {
    this.namesOnly = true;
    published.dropped("endpoint mode dnsrr has no address to publish at");
  }

  /** Lets the tasks share the node's own stack. */
  public void onHost() {
    this.onHost = true;
  }

  public void update(Update given) {
    this.update = given;
  }

  public void nodeLabel(String label, String value) {
    nodeSelector.put(label, value);
  }

  /** Sets the node label to spread tasks over; only the first label counts. */
  public boolean spread(String label) {
    if (spread != null) {
      return false;
    }
    spread = label;
    return true;
  }

  /** Shows the workload only as a comment; the first reason counts. */
  public void leaveOut(String why) {
    if (leftOut == null) {
      leftOut = why;
    }
  }
}
