package dev.weft.netlink.nft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("NullAway.Init")
class NftablesTest {
  /** Each uses two descriptors here, because libnftables cannot wait for numbers above 1023. */
  private static final int MANY = 800;

  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private Nftables nft;

  @BeforeEach
  void open() {
    try {
      nft = kernel.closeLater(Nftables.open(kernel.namespace()));
    } catch (NftablesException e) {
      assertThat(e).hasMessageContaining("libnftables1");
      abort(() -> "libnftables is not installed");
    }
  }

  @Test
  void aTransactionInJsonIsListedInJson() {
    nft.run(
        """
        {"nftables": [
          {"add": {"table": {"family": "inet", "name": "weft"}}},
          {"add": {"chain": {"family": "inet", "table": "weft", "name": "forward",
            "type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}}}
        ]}
        """);
    assertThat(nft.run("list ruleset"))
        .startsWith("{\"nftables\":")
        .contains("\"name\": \"weft\"")
        .contains("\"hook\": \"forward\"");
  }

  @Test
  void plainSyntaxIsListedPlain() {
    nft.runPlain(
        "add table ip weft\nadd chain ip weft post { type nat hook postrouting priority 100 ; }");
    assertThat(nft.runPlain("list ruleset"))
        .contains("table ip weft {")
        .contains("type nat hook postrouting");
  }

  @Test
  void aFailureInATransactionLeavesNothingOfIt() {
    assertThatThrownBy(() ->
            nft.run(
                """
                {"nftables": [
                  {"add": {"table": {"family": "inet", "name": "weft"}}},
                  {"add": {"rule": {"family": "inet", "table": "weft", "chain": "nowhere",
                    "expr": [{"accept": null}]}}}
                ]}
                """))
        .isInstanceOf(NftablesException.class)
        .hasMessageContaining("No such file or directory");
    assertThat(nft.runPlain("list ruleset")).isBlank();
  }

  @Test
  void badSyntaxIsReportedInTheLibrarysWords() {
    assertThatThrownBy(() -> nft.run("make it so"))
        .isInstanceOf(NftablesException.class)
        .hasMessageContaining("syntax error");
    assertThatThrownBy(() -> nft.run("{\"nftables\": [{\"add\": 7}]}"))
        .isInstanceOf(NftablesException.class);
    assertThat(nft.run("list ruleset")).contains("metainfo");
  }

  @Test
  void linkNumbersAreThoseOfTheNamespace() {
    kernel.netlink().linkAdd(LinkSpec.of("only-here", new Bridge()));
    nft.runPlain(
        """
        add table ip weft
        add chain ip weft c
        add rule ip weft c iif "only-here" accept
        """);
    assertThat(nft.runPlain("list ruleset")).contains("iif \"only-here\" accept");
  }

  @Test
  void namespacesDoNotSeeEachOther() {
    nft.runPlain("add table ip weft");
    try (Nftables other = Nftables.open(kernel.another())) {
      assertThat(other.runPlain("list ruleset")).isBlank();
    }
  }

  @Test
  void moreThanAThousandOpenDescriptorsAndHandlesAreNoMatter() {
    List<NetworkNamespace> clients = new ArrayList<>();
    List<Nftables> handles = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        clients.add(NetworkNamespace.createUnnamed());
        handles.add(Nftables.open(clients.getLast()));
      }
      for (Nftables each : handles) {
        each.runPlain("add table ip weft; add chain ip weft c; add rule ip weft c accept");
      }
      assertThat(handles).allMatch(each -> each.runPlain("list tables").contains("table ip weft"));
      assertThat(handles.getLast().run("list tables")).contains("\"weft\"");
    } finally {
      handles.forEach(Nftables::close);
      clients.forEach(NetworkNamespace::close);
    }
  }

  @Test
  void aCallLeavesNoDescriptorBehind() throws IOException {
    nft.runPlain("add table ip weft");
    long before = descriptors();
    for (int i = 0; i < 50; i++) {
      nft.runPlain("list ruleset");
    }
    // a garbage collection may close leftovers of other tests
    assertThat(descriptors()).isLessThan(before + 50);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void aClosedHandleReportsThatItIsClosed() {
    nft.close();
    assertThatThrownBy(() -> nft.run("list ruleset")).isInstanceOf(IllegalStateException.class);
  }
}
