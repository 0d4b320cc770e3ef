package dev.weft.e2e.machine;

import dev.weft.api.MeshNode;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Starts an agent in the machine from a class cache of a ready agent. The host creates the cache,
 * because a JVM is fast there.
 *
 * @param line the program, its options and the class path
 */
record AgentJvm(List<String> line) {
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx96m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          // code compiled for the host's processor does not run on the emulated one
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-AOTAdapterCaching",
          "-XX:-AOTStubCaching",
          // JDK 25 crashed in the machine when it loaded linked classes in bulk. The start is not
          // slower without.
          "-XX:-AOTClassLinking",
          // if the cache is damaged, the JVM reads the classes from their jars
          "-XX:+VerifySharedSpaces");

  /** Creates the cache with an agent of {@code lab}, whose node is removed afterwards. */
  static AgentJvm prepare(Lab lab) {
    try {
      Path folder = Path.of("target", "machine").toAbsolutePath();
      Files.createDirectories(folder);
      String classPath = jars(folder);
      Path cache = folder.resolve("agent.aot");
      Files.deleteIfExists(cache);
      LabNode node = lab.addNode();
      node.agent().kill();
      train(lab, node, line("-XX:AOTCacheOutput=" + cache, classPath));
      return new AgentJvm(line("-XX:AOTCache=" + cache, classPath));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void train(Lab lab, LabNode node, List<String> line) {
    List<String> command = new ArrayList<>(line);
    command.addAll(
        List.of(
            "dev.weft.agent.AgentMain",
            "run",
            "--node",
            node.name(),
            "--kubeconfig",
            lab.directory().resolve(node.name() + ".kubeconfig").toString(),
            "--sandboxes",
            lab.directory().resolve("sandboxes").resolve(node.name()).toString(),
            "--keys",
            lab.directory().resolve(node.name() + ".keys").toString()));
    Process agent = lab.start(node, lab.directory().resolve("trained.log"), command);
    try {
      Awaitility.await("the agent outside")
          .atMost(Duration.ofMinutes(1))
          .until(() -> lab.client().resources(MeshNode.class).withName(node.name()).get() != null);
      agent.destroy();
      if (!agent.waitFor(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the agent outside does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      agent.destroyForcibly();
    }
    lab.client().nodes().withName(node.name()).delete();
    lab.client().resources(MeshNode.class).withName(node.name()).delete();
  }

  private static List<String> line(String cache, String classPath) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(OPTIONS);
    line.addAll(List.of(cache, "-cp", classPath));
    return line;
  }

  /** The class path with a jar for each folder, because a cache cannot hold classes of a folder. */
  private static String jars(Path folder) {
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    List<String> parts = new ArrayList<>();
    for (Path part : classPath().toList()) {
      if (!Files.isDirectory(part)) {
        parts.add(part.toString());
        continue;
      }
      Path packed = folder.resolve(part.getParent().getParent().getFileName() + ".jar");
      jar.run(
          System.out, System.err, "--create", "--file", packed.toString(), "-C", part + "", ".");
      parts.add(packed.toString());
    }
    return String.join(File.pathSeparator, parts);
  }

  private static Stream<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .filter(Files::exists)
        .filter(part -> !part.endsWith("test-classes"))
        .map(part -> part.toAbsolutePath().normalize());
  }
}
