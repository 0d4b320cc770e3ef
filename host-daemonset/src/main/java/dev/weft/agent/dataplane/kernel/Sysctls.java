package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings below {@code /proc/sys}, of the node and of devices. */
final class Sysctls {
  private static final Logger LOG = LoggerFactory.getLogger(Sysctls.class);

  /** A container's own is read-only; its pod mounts the node's where the variable says. */
  private static final Path SETTINGS =
      Path.of(System.getenv().getOrDefault("WEFT_PROC_SYS", "/proc/sys"));

  private final NetworkNamespace namespace;
  private final NodeSettings settings;

  /**
   * The settings of a node.
   *
   * @param settings notes what is changed of them
   */
  Sysctls(NetworkNamespace namespace, NodeSettings settings) {
    this.namespace = namespace;
    this.settings = settings;
  }

  /** Has a device of the node behave so, as far as it has IPv6; the rest is netlink's. */
  void settle(String device, IpConf conf) {
    Path settings = SETTINGS.resolve("net/ipv6/conf").resolve(device);
    namespace.call(() -> {
      conf.ipv6()
          .forEach((key, value) -> write(settings.resolve(key.file()), Integer.toString(value)));
      return "";
    });
  }

  /** Has a device have IPv6, where its namespace has it. */
  static void enableIpv6(NetworkNamespace namespace, String device) {
    Path setting = SETTINGS.resolve("net/ipv6/conf").resolve(device).resolve("disable_ipv6");
    namespace.call(() -> {
      if (read(setting).strip().equals("1")) {
        write(setting, "0");
      }
      return "";
    });
  }

  /** Has an interface take addresses and routes only from us, and use its own at once. */
  static void quietIpv6(NetworkNamespace namespace, String interfaceName) {
    Path settings = SETTINGS.resolve("net/ipv6/conf").resolve(interfaceName);
    namespace.call(() -> {
      for (String each : List.of("accept_ra", "accept_dad")) {
        write(settings.resolve(each), "0");
      }
      return "";
    });
  }

  /** Where the kernel has such a setting. */
  private static void write(Path file, String value) {
    try {
      if (Files.exists(file)) {
        Files.writeString(file, value);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value; empty if the kernel has no such setting. */
  String get(String path) {
    return namespace.call(() -> read(SETTINGS.resolve(path))).strip();
  }

  /** Changes a setting of the node as a whole, and notes what it was. */
  void set(String path, String value) {
    settings.note(path, get(path), value);
    put(path, value);
  }

  /** Gives a setting its former value, unless it was changed since. */
  void undo(String path) {
    NodeSettings.Kept kept = settings.kept().get(path);
    if (kept != null && get(path).equals(kept.after())) {
      put(path, kept.before());
      LOG.atInfo().addKeyValue("setting", path).log("set back to {}", kept.before());
    }
    settings.forget(path);
  }

  private void put(String path, String value) {
    namespace.call(() -> {
      try {
        Files.writeString(SETTINGS.resolve(path), value);
        return "";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  /** A device that is gone has taken its settings along. */
  Map<String, NodeSettings.Kept> kept() {
    settings.kept().keySet().stream().filter(path -> get(path).isEmpty()).forEach(settings::forget);
    return settings.kept();
  }

  /** Whether the kernel runs with IPv6. */
  static boolean hasIpv6() {
    return Files.exists(SETTINGS.resolve("net/ipv6/conf"));
  }

  /** The content of a file, in which a device's name may be no text; empty if there is none. */
  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
