package dev.weft.netlink.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Monitor;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of README.md run, and README.md contains this code. */
class ExamplesTest {
  private static final Path SOURCES = Path.of("src/test/java/dev/weft/netlink/examples");

  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  @Test
  void twoNamespacesAreConnected() {
    assertThat(TwoNamespaces.connect().gateway()).isEqualTo(InetAddress.ofLiteral("192.0.2.2"));
  }

  @Test
  void linksAreWatched() {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (Monitor _ = WatchLinks.watch(kernel.namespace(), lines::add)) {
      var link = kernel.netlink().linkAdd(LinkSpec.of("br0", new LinkKind.Bridge()));
      await().until(() -> lines.contains("br0 changed"));
      kernel.netlink().linkDelete(link.index());
      await().until(() -> lines.contains("br0 removed"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TwoNamespaces", "WatchLinks"})
  void theReadmeHasTheExample(String name) throws IOException {
    String source = Files.readString(SOURCES.resolve(name + ".java"));
    String method =
        source
            .substring(source.indexOf("  static "), source.lastIndexOf('}'))
            .stripTrailing()
            .lines()
            .map(line -> line.replaceFirst("^ {2}", ""))
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(Path.of("README.md"))).contains(method);
  }
}
