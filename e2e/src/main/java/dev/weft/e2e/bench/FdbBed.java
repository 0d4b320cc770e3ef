package dev.weft.e2e.bench;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Request;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A namespace with one VXLAN device, and three ways to fill its forwarding database. */
final class FdbBed implements Closeable {
  static final int ENTRIES = 100_000;

  private static final long FIRST_MAC = 0x02_42_00_00_00_00L;
  private static final InetAddress PEER = IpPrefix.parseAddress("192.0.2.9");

  private final NetworkNamespace namespace = NetworkNamespace.createUnnamed();
  private final Netlink netlink = Netlink.open(namespace);
  private final Path commands = Files.createTempFile("weft-fdb", ".batch");
  private @Nullable Process program;
  private @Nullable BufferedReader answers;
  private int device;

  FdbBed() throws IOException {
    Files.write(
        commands,
        macs()
            .mapToObj(mac ->
                "fdb replace %s dev vx dst %s self permanent"
                    .formatted(new MacAddress(mac), PEER.getHostAddress()))
            .toList());
  }

  /** Replaces the device with an empty one. */
  void makeDevice() {
    if (device != 0) {
      netlink.linkDelete(device);
    }
    LinkKind vxlan = LinkKind.Vxlan.vni(4096).port(4789).learning(false).build();
    device = netlink.linkAdd(LinkSpec.of("vx", vxlan)).index();
  }

  Netlink netlink() {
    return netlink;
  }

  List<Request> requests() {
    return macs()
        .<Request>mapToObj(
            mac -> new Request.FdbSet(FdbEntry.tunnel(device, new MacAddress(mac), PEER)))
        .toList();
  }

  private static LongStream macs() {
    return IntStream.range(0, ENTRIES).mapToLong(i -> FIRST_MAC + i);
  }

  /** Runs the C program to fill the device; the first call starts it. */
  void runC() throws IOException {
    if (program == null || answers == null) {
      program = start(System.getProperty("fdb.c", "fdb"), Integer.toString(ENTRIES));
      answers = program.inputReader(StandardCharsets.UTF_8);
    }
    program.getOutputStream().write((device + "\n").getBytes(StandardCharsets.UTF_8));
    program.getOutputStream().flush();
    String answer = answers.readLine();
    if (!"done".equals(answer)) {
      throw new IOException("the C program answered " + answer);
    }
  }

  void runBridge() throws IOException, InterruptedException {
    Process bridge = start("bridge", "-batch", commands.toString());
    int status = bridge.waitFor();
    if (status != 0) {
      throw new IOException("bridge -batch ended with status " + status);
    }
  }

  void requireAllEntries() {
    int count = netlink.fdb(device).size();
    if (count != ENTRIES) {
      throw new IllegalStateException("%d entries instead of %d".formatted(count, ENTRIES));
    }
  }

  /** A process inherits the namespace of the thread that starts it. */
  private Process start(String... command) throws IOException {
    return namespace.call(
        () -> new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  @Override
  public void close() throws IOException {
    if (program != null) {
      program.destroy();
    }
    netlink.close();
    namespace.close();
    Files.delete(commands);
  }
}
