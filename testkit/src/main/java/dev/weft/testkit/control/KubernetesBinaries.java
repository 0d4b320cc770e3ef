package dev.weft.testkit.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A private kube-apiserver with its etcd, on free ports of the loopback interface. */
final class KubernetesBinaries implements ControlPlane {
  /** System property with a folder for audit logs: the requests of operators and agents. */
  private static final String AUDIT_FOLDER = "weft.audit";

  private static final int FIRST_WITH_ENDPOINT_SLICES = 21;
  private static final Pattern MINOR = Pattern.compile("v1\\.(\\d+)\\.");

  private static final int LOG_LINES = 20;

  private static final Duration START = Duration.ofSeconds(60);
  private static final String AUDIT_POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived]
      rules:
      - level: Metadata
        userGroups: ["system:serviceaccounts:weft-system"]
      - level: None
      """;

  private final String description;
  private final URI address;
  private final String token = UUID.randomUUID().toString();
  private final List<Process> processes = new ArrayList<>();

  private KubernetesBinaries(String description, URI address) {
    this.description = description;
    this.address = address;
  }

  static KubernetesBinaries start(
      Path binaries, String source, Path directory, Consumer<Process> started) {
    try {
      int etcd = freePort();
      int peer = freePort();
      int api = freePort();
      var plane =
          new KubernetesBinaries(
              "kube-apiserver and etcd of %s (%s)".formatted(binaries, source),
              URI.create("https://127.0.0.1:" + api));
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve("tokens.csv"), plane.token + ",weft-lab,weft-lab,system:masters\n");
      Files.writeString(directory.resolve("audit-policy.yaml"), AUDIT_POLICY);
      writeKeys(directory);
      plane.run(started, directory, etcdCommand(binaries, directory, etcd, peer));
      plane.run(started, directory, apiServerCommand(binaries, directory, etcd, api));
      plane.awaitReady(directory);
      return plane;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> etcdCommand(Path binaries, Path directory, int port, int peer) {
    String client = "http://127.0.0.1:" + port;
    String self = "http://127.0.0.1:" + peer;
    return List.of(
        binaries.resolve("etcd").toString(),
        "--name=lab",
        "--data-dir=" + directory.resolve("etcd.data"),
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--listen-peer-urls=" + self,
        "--initial-advertise-peer-urls=" + self,
        "--initial-cluster=lab=" + self);
  }

  private static List<String> apiServerCommand(Path binaries, Path directory, int etcd, int port)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(binaries.resolve("kube-apiserver").toString());
    if (minor(binaries) < FIRST_WITH_ENDPOINT_SLICES) {
      // otherwise this API group would hide the CRD that replaces EndpointSlices
      command.add("--runtime-config=discovery.k8s.io/v1beta1=false");
    }
    command.addAll(arguments(directory, etcd, port));
    return command;
  }

  /** Minor version of the API server. */
  private static int minor(Path binaries) throws IOException {
    Process asked =
        new ProcessBuilder(binaries.resolve("kube-apiserver").toString(), "--version").start();
    try (var output = asked.inputReader()) {
      Matcher version = MINOR.matcher(Objects.requireNonNullElse(output.readLine(), ""));
      return version.find() ? Integer.parseInt(version.group(1)) : FIRST_WITH_ENDPOINT_SLICES;
    }
  }

  private static List<String> arguments(Path directory, int etcd, int port) {
    return List.of(
        "--etcd-servers=http://127.0.0.1:" + etcd,
        "--bind-address=127.0.0.1",
        // otherwise it searches for the interface of a default route, which the machine may lack
        "--advertise-address=192.0.2.1",
        "--secure-port=" + port,
        "--cert-dir=" + directory.resolve("certificates"),
        "--token-auth-file=" + directory.resolve("tokens.csv"),
        "--audit-policy-file=" + directory.resolve("audit-policy.yaml"),
        "--audit-log-path=" + auditLog(directory),
        "--authorization-mode=RBAC",
        // as every distribution has it: without it no pod may be privileged
        "--allow-privileged=true",
        "--disable-admission-plugins=ServiceAccount",
        "--service-cluster-ip-range=" + ControlPlanes.SERVICE_RANGE,
        "--service-account-issuer=https://weft-lab",
        "--service-account-signing-key-file=" + directory.resolve("key.pem"),
        "--service-account-key-file=" + directory.resolve("key.pub.pem"));
  }

  /** The audit log, one JSON object per line; it outlives the lab if a folder is configured. */
  private static Path auditLog(Path directory) {
    String folder = System.getProperty(AUDIT_FOLDER);
    return folder == null
        ? directory.resolve("audit.jsonl")
        : Path.of(folder, lab(directory) + ".jsonl").toAbsolutePath();
  }

  private static Path lab(Path directory) {
    return Objects.requireNonNull(directory.getParent(), "a lab's folder").getFileName();
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Kubeconfig kubeconfig() {
    return Kubeconfig.of(address, token);
  }

  @Override
  public boolean isReal() {
    return true;
  }

  @Override
  public boolean outlivesLab() {
    return false;
  }

  /** Stops both, the API server first: it writes to etcd until it ends. */
  @Override
  public void close() {
    for (Process process : processes.reversed()) {
      process.destroy();
      try {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run(Consumer<Process> started, Path directory, List<String> command)
      throws IOException {
    String name = Path.of(command.getFirst()).getFileName().toString();
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start();
    started.accept(process);
    processes.add(process);
  }

  private void awaitReady(Path directory) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    try (var client = kubeconfig().client()) {
      while (System.nanoTime() < end && processes.stream().allMatch(Process::isAlive)) {
        try {
          // the API server creates the namespace itself once it serves
          if ("ok".equals(client.raw("/readyz"))
              && client.namespaces().withName("default").get() != null) {
            return;
          }
        } catch (io.fabric8.kubernetes.client.KubernetesClientException notYet) {
          // not listening yet
        }
        pause();
      }
    }
    close();
    throw new IllegalStateException(
        "the API server did not get ready; the end of its log:\n"
            + String.join("\n", LogEnd.of(directory.resolve("kube-apiserver.log"), LOG_LINES)));
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void writeKeys(Path directory) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair keys = generator.generateKeyPair();
      writePem(directory.resolve("key.pem"), "PRIVATE KEY", keys.getPrivate().getEncoded());
      writePem(directory.resolve("key.pub.pem"), "PUBLIC KEY", keys.getPublic().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no RSA", e);
    }
  }

  private static void writePem(Path file, String type, byte[] bytes) throws IOException {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        file, "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(type, body, type));
  }
}
