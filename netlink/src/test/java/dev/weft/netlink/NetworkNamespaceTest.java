package dev.weft.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NetworkNamespaceTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private final String name = "weft-test-" + ProcessHandle.current().pid();

  @AfterEach
  void noNameIsLeft() {
    if (NetworkNamespace.names().contains(name)) {
      NetworkNamespace.delete(name);
    }
  }

  @Test
  void aTaskRunsInsideAndTheCallerStaysWhereItIs() {
    try (NetworkNamespace before = NetworkNamespace.current();
        NetworkNamespace inside = kernel.namespace().call(NetworkNamespace::current);
        NetworkNamespace after = NetworkNamespace.current()) {
      assertThat(inside).isEqualTo(kernel.namespace()).isNotEqualTo(before);
      assertThat(inside.id()).isEqualTo(kernel.namespace().id());
      assertThat(after).isEqualTo(before);
    }
  }

  @Test
  void anInhabitedNamespaceIsServedByOneThreadThatEndsWithIt() throws Exception {
    Thread[] threads = new Thread[2];
    try (NetworkNamespace before = NetworkNamespace.current();
        NetworkNamespace made = NetworkNamespace.create(name);
        NetworkNamespace inhabited = NetworkNamespace.inhabit(Path.of("/run/netns", name))) {
      assertThat(inhabited).isEqualTo(made);
      for (int i = 0; i < threads.length; i++) {
        int at = i;
        assertThat(
                inhabited.call(() -> {
                  threads[at] = Thread.currentThread();
                  return here();
                }))
            .isEqualTo(inhabited.id());
      }
      assertThatThrownBy(() ->
              inhabited.call(() -> {
                throw new IOException("passed on");
              }))
          .isInstanceOf(IOException.class);
      assertThat(here()).isEqualTo(before.id());
    }
    assertThat(threads[0]).isSameAs(threads[1]);
    threads[0].join(10_000);
    assertThat(threads[0].isAlive()).isFalse();
  }

  @Test
  void virtualThreadsThatCallLeaveTheirCarriersWhereTheyAre() throws Exception {
    try (NetworkNamespace before = NetworkNamespace.current();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> stayed =
          IntStream.range(0, 200)
              .mapToObj(_ ->
                  threads.submit(() -> {
                    NetworkNamespace.Id inside =
                        kernel.namespace().call(NetworkNamespaceTest::here);
                    return inside.equals(kernel.namespace().id()) && here().equals(before.id());
                  }))
              .toList();
      for (Future<Boolean> future : stayed) {
        assertThat(future.get()).isTrue();
      }
    }
  }

  @Test
  void whatATaskThrowsReachesTheCaller() {
    assertThatThrownBy(() ->
            kernel
                .namespace()
                .call(() -> {
                  throw new IOException("from inside");
                }))
        .isInstanceOf(IOException.class)
        .hasMessage("from inside");
  }

  @Test
  void aHandleStaysInItsNamespaceWhichMayBeClosed() {
    NetworkNamespace other = kernel.another();
    try (Netlink netlink = Netlink.open(other)) {
      other.close();
      netlink.linkAdd(LinkSpec.of("br", new Bridge()));
      assertThat(netlink.links()).extracting(Link::name).containsExactlyInAnyOrder("lo", "br");
    }
    assertThat(kernel.netlink().links()).extracting(Link::name).containsExactly("lo");
  }

  @Test
  void aClosedNamespaceCanNotBeEntered() {
    NetworkNamespace other = kernel.another();
    other.close();
    assertThatThrownBy(() -> other.call(() -> "never"))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("EBADF");
  }

  @Test
  void aNamedNamespaceIsMadeFoundAndRemoved() {
    try (NetworkNamespace made = NetworkNamespace.create(name);
        NetworkNamespace found = NetworkNamespace.named(name)) {
      assertThat(found).isEqualTo(made);
      assertThat(NetworkNamespace.names()).contains(name);
      assertThatThrownBy(() -> NetworkNamespace.create(name)).hasMessageContaining("EEXIST");
    }
    NetworkNamespace.delete(name);
    assertThat(NetworkNamespace.names()).doesNotContain(name);
    assertThat(Path.of("/run/netns", name)).doesNotExist();
    assertThatThrownBy(() -> NetworkNamespace.delete(name))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> NetworkNamespace.named(name))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("ENOENT");
  }

  @Test
  void theDirectoryOfNamesIsASharedMountAsIpNetnsMakesIt() throws IOException {
    NetworkNamespace.create(name).close();
    assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
        .anyMatch(line -> line.contains(" /run/netns ") && line.contains(" shared:"));
  }

  @Test
  void namesThatLeaveTheDirectoryAreRefused() {
    for (String bad : List.of("", ".", "..", "a/b", "../etc")) {
      assertThatThrownBy(() -> NetworkNamespace.create(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static NetworkNamespace.Id here() {
    try (NetworkNamespace current = NetworkNamespace.current()) {
      return current.id();
    }
  }
}
