package dev.weft.agent.dataplane;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Network namespaces for a test, removed at its end. */
public final class KernelLab implements AutoCloseable {
  private static final AtomicInteger LABS = new AtomicInteger();
  private static final int PATIENCE_MILLIS = 1500;

  private final String prefix =
      "weft-test-%d-%d-".formatted(ProcessHandle.current().pid(), LABS.incrementAndGet());
  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final List<DataPlane> planes = new ArrayList<>();

  /** A namespace with a handle in it. */
  public record Box(String name, NetworkNamespace namespace, Netlink netlink) {
    public Path file() {
      return Path.of("/run/netns", name);
    }

    public Link link(String device) {
      return netlink.link(device).orElseThrow(() -> new AssertionError("no " + device));
    }

    /** Adds an address to a device, and sets the device up. */
    public void address(String device, String prefix) {
      int index = link(device).index();
      IpPrefix parsed = IpPrefix.parse(prefix);
      netlink.addressAdd(
          parsed.address().getAddress().length == 4
              ? Address.of(index, parsed)
              : Address.of(index, parsed, Address.Flag.NODAD));
      up(device);
    }

    public void up(String device) {
      netlink.linkSet(link(device).index(), LinkSettings.builder().up(true).build());
    }

    public void down(String device) {
      netlink.linkSet(link(device).index(), LinkSettings.builder().up(false).build());
    }

    public void route(String destination, String gateway) {
      netlink.routeAdd(
          Route.to(IpPrefix.parse(destination)).via(IpPrefix.parseAddress(gateway)).build());
    }

    public void delete(String device) {
      netlink.linkDelete(link(device).index());
    }

    /** Everything that a network may leave behind. */
    public Map<String, Object> everything() {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("links", netlink.links());
      all.put("addresses", sorted(netlink.addresses()));
      all.put("routes", sorted(netlink.routes()));
      all.put(
          "neighbours",
          sorted(
              netlink.neighbours().stream()
                  .filter(neighbour -> neighbour.state() == Neighbour.State.PERMANENT)
                  .toList()));
      all.put("forwarding", sorted(netlink.fdb()));
      all.put("packet filter", ruleset());
      return all;
    }

    /** A value below {@code /proc/sys}. */
    public String setting(String path) {
      return namespace.call(() -> {
        try {
          return Files.readString(Path.of("/proc/sys", path)).strip();
        } catch (IOException e) {
          throw new AssertionError(path, e);
        }
      });
    }

    /** Changes a value below {@code /proc/sys}. */
    void set(String path, String value) {
      namespace.call(() -> {
        try {
          return Files.writeString(Path.of("/proc/sys", path), value);
        } catch (IOException e) {
          throw new AssertionError(path, e);
        }
      });
    }

    /** The tables in a fixed order, because the kernel lists the latest one last. */
    public String ruleset() {
      try (Nftables nftables = Nftables.open(namespace)) {
        return Stream.of(nftables.runPlain("list ruleset").split("(?m)^(?=table )", -1))
            .sorted()
            .collect(Collectors.joining());
      }
    }

    public void nft(String command) {
      try (Nftables nftables = Nftables.open(namespace)) {
        nftables.runPlain(command);
      }
    }

    private static <T> List<T> sorted(List<T> list) {
      return list.stream().sorted(Comparator.comparing(Object::toString)).toList();
    }

    /**
     * The source address that the other box sees when this one connects; empty if it cannot
     * connect.
     */
    public Optional<InetAddress> connectsTo(Box other, String address) {
      InetAddress to = IpPrefix.parseAddress(address);
      return other.namespace.call(() -> {
        try (ServerSocket server = new ServerSocket()) {
          server.bind(new InetSocketAddress(to, 0));
          boolean connected = namespace.call(() -> connect(to, server.getLocalPort()));
          if (!connected) {
            return Optional.<InetAddress>empty();
          }
          try (Socket accepted = server.accept()) {
            return Optional.of(accepted.getInetAddress());
          }
        } catch (IOException e) {
          throw new AssertionError("no server on " + address, e);
        }
      });
    }

    public boolean reaches(Box other, String address) {
      return connectsTo(other, address).isPresent();
    }

    private static boolean connect(InetAddress to, int port) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(to, port), PATIENCE_MILLIS);
        return true;
      } catch (IOException e) {
        return false;
      }
    }
  }

  /** Creates a namespace of this name, with its loopback up. */
  public Box box(String name) {
    return boxes.computeIfAbsent(
        name,
        _ -> {
          String full = prefix + name;
          NetworkNamespace namespace = NetworkNamespace.create(full);
          Box box = new Box(full, namespace, Netlink.open(namespace));
          box.up("lo");
          return box;
        });
  }

  /** A cable between two boxes. */
  public void cable(Box a, String nameInA, Box b, String nameInB) {
    a.netlink()
        .linkAdd(
            LinkSpec.of(
                nameInA,
                new LinkKind.Veth(
                    nameInB, LinkSettings.builder().namespace(b.namespace()).build())));
    // No link-local addresses, because their detection of duplicates changes the state later.
    quietlyUp(a, nameInA);
    quietlyUp(b, nameInB);
    Awaitility.await().until(() -> a.link(nameInA).isLowerUp() && b.link(nameInB).isLowerUp());
    Awaitility.await().until(() -> isRunning(a.link(nameInA)) && isRunning(b.link(nameInB)));
  }

  private static void quietlyUp(Box box, String name) {
    box.netlink()
        .linkSet(
            box.link(name).index(),
            LinkSettings.builder().addressGeneration(LinkSettings.AddressGeneration.NONE).build());
    box.up(name);
  }

  /** Whether the kernel has finished bringing it up ({@code IFF_RUNNING}). */
  private static boolean isRunning(Link link) {
    return (link.flags() & 0x40) != 0;
  }

  /** A data plane of a node, closed with the lab. */
  public DataPlane plane(Box node) {
    DataPlane plane = DataPlane.open(node.file());
    planes.add(plane);
    return plane;
  }

  @Override
  public void close() {
    planes.forEach(DataPlane::close);
    for (Box box : boxes.values()) {
      box.netlink().close();
      box.namespace().close();
      NetworkNamespace.delete(box.name());
    }
  }
}
