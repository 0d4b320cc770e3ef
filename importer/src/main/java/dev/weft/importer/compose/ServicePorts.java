package dev.weft.importer.compose;

import dev.weft.api.Protocol;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.translate.Workload;
import dev.weft.importer.translate.WorkloadPort;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a service's ports, in Compose's short and long form. */
final class ServicePorts {
  private static final int LAST = 65535;
  private static final int MOST = 64;

  /** {@code [address:][outside:]inside[/protocol]}, where each number can be a range. */
  private static final Pattern SHORT =
      Pattern.compile(
          "(?:(?:(\\[[^]]*]|[^\\[]*):)?([0-9-]*):)?([0-9]+(?:-[0-9]+)?)(?:/([A-Za-z]+))?");

  private static final Pattern LOOPBACK = Pattern.compile("127\\..*|::1|\\[::1]|localhost");

  private final Cursor service;
  private final Workload workload;

  ServicePorts(Cursor service, Workload workload) {
    this.service = service;
    this.workload = workload;
  }

  /** Numbers from {@code first} to {@code last}. */
  private record Range(int first, int last) {
    static Range of(String text) {
      String[] ends = text.split("-", 2);
      Range range = new Range(number(ends[0]), number(ends[ends.length - 1]));
      if (range.first > range.last) {
        throw new IllegalArgumentException("a range goes from the lower to the higher port");
      }
      return range;
    }

    private static int number(String text) {
      if (!text.matches("[0-9]{1,5}")
          || Integer.parseInt(text) < 1
          || Integer.parseInt(text) > LAST) {
        throw new IllegalArgumentException("a port is a number from 1 to 65535");
      }
      return Integer.parseInt(text);
    }

    int size() {
      return last - first + 1;
    }
  }

  void read() {
    for (Cursor each : service.get("ports").items()) {
      if (each.isObject()) {
        full(each);
      } else {
        each.as(text -> shortForm(each, text));
      }
    }
    for (Cursor each : service.get("expose").items()) {
      each.as(text -> shortForm(each, text.replaceFirst("^.*:", "")));
    }
  }

  private boolean isExposed(Cursor at) {
    return at.path().startsWith(service.path() + ".expose");
  }

  private Boolean shortForm(Cursor at, String text) {
    Matcher parts = SHORT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("a port is [address:][outside:]inside[/protocol]");
    }
    Range inside = Range.of(parts.group(3));
    String outside = parts.group(2);
    add(
        at,
        inside,
        isExposed(at) ? null : outside == null || outside.isEmpty() ? inside : Range.of(outside),
        new Way(parts.group(1), parts.group(4)));
    return true;
  }

  private void full(Cursor port) {
    Optional<Range> inside = port.get("target").as(Range::of);
    Optional<Range> outside =
        port.get("published").as(text -> text.equals("0") ? inside.orElseThrow() : Range.of(text));
    Way way =
        new Way(
            port.get("host_ip").filled().orElse(null), port.get("protocol").filled().orElse(null));
    Cursor mode = port.get("mode");
    mode.filled()
        .ifPresent(each -> {
          if (each.equals("host")) {
            mode.changed("published at the service's address, not at each node's; or use NodePort");
          } else {
            mode.noted("published at the service's address");
          }
        });
    port.get("app_protocol").dropped("a Service's appProtocol says it; set it there");
    if (port.get("name").isPresent()) {
      port.get("name").changed("ports are named by their numbers");
    }
    if (inside.isEmpty()) {
      port.refused("a port needs a target");
    } else if (port.get("published").isPresent() && outside.isEmpty()) {
      port.get("target").changed("it is not published");
      add(port, inside.get(), null, way);
    } else {
      // Docker publishes a port without a number at a random one
      add(port, inside.get(), outside.orElse(inside.get()), way);
    }
    port.rest(ServiceReader::why);
  }

  /** The address and the protocol of a port. */
  private record Way(@Nullable String address, @Nullable String protocol) {}

  private void add(Cursor at, Range inside, @Nullable Range outside, Way way) {
    Optional<Protocol> protocol =
        switch (way.protocol == null ? "tcp" : way.protocol.toLowerCase(Locale.ROOT)) {
          case "tcp" -> Optional.of(Protocol.TCP);
          case "udp" -> Optional.of(Protocol.UDP);
          default -> Optional.empty();
        };
    if (protocol.isEmpty()) {
      at.dropped("Weft balances TCP and UDP");
      return;
    }
    if (inside.size() > MOST) {
      at.dropped("a service has at most %d ports; name those that are used".formatted(MOST));
      return;
    }
    Range doors = outside;
    if (doors != null && isLoopback(way.address)) {
      at.dropped("Docker publishes it on the machine itself only, so a Service does not");
      doors = null;
    } else if (doors != null && hasAddress(way.address)) {
      at.changed("the Service has an address of its own");
    }
    if (doors != null && doors.size() != inside.size()) {
      at.changed("of the range, port %d is taken".formatted(doors.first));
      doors = new Range(doors.first, doors.first + inside.size() - 1);
    }
    for (int i = 0; i < inside.size(); i++) {
      workload.port(
          new WorkloadPort(
              inside.first + i,
              protocol.get(),
              doors == null ? null : Integer.valueOf(doors.first + i)));
    }
  }

  private static boolean isLoopback(@Nullable String address) {
    return address != null && LOOPBACK.matcher(address).matches();
  }

  private static boolean hasAddress(@Nullable String address) {
    return address != null && !address.isEmpty() && !address.matches("0\\.0\\.0\\.0|::|\\[::]");
  }
}
