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

/** Settings below {@code /proc/sys} of the node and of devices. */
final class Sysctls {
  private static final Logger LOG = LoggerFactory.getLogger(Sysctls.class);

  /** A container's own is read-only, so the pod mounts the node's at the variable's path. */
  private static final Path SETTINGS =
      Path.of(System.getenv().getOrDefault("WEFT_PROC_SYS", "/proc/sys"));

  private final NetworkNamespace namespace;
  private final NodeSettings settings;

  /**
   * Opens the settings of a node.
   *
   * @param settings records changes
   */
  Sysctls(NetworkNamespace namespace, NodeSettings settings) {
    this.namespace = namespace;
    this.settings = settings;
  }

  /** Applies the IPv6 settings of a node's device; netlink sets the others. */
  void settle(String device, IpConf conf) {
    Path settings = SETTINGS.resolve("net/ipv6/conf").resolve(device);
    namespace.call(() -> {
      conf.ipv6()
          .forEach((key, value) -> write(settings.resolve(key.file()), Integer.toString(value)));
      return "";
    });
  }

  /** Enables IPv6 on a device, if its namespace has IPv6. */
  static void enableIpv6(NetworkNamespace namespace, String device) {
    Path setting = SETTINGS.resolve("net/ipv6/conf").resolve(device).resolve("disable_ipv6");
    namespace.call(() -> {
      if (read(setting).strip().equals("1")) {
        write(setting, "0");
      }
      return "";
    });
  }

  /** Makes an interface accept addresses and routes only from Weft, without duplicate detection. */
  static void quietIpv6(NetworkNamespace namespace, String interfaceName) {
    Path settings = SETTINGS.resolve("net/ipv6/conf").resolve(interfaceName);
    namespace.call(() -> {
      for (String each : List.of("accept_ra", "accept_dad")) {
        write(settings.resolve(each), "0");
      }
      return "";
    });
  }

  /** Writes a setting, if the kernel has it. */
  private static void write(Path file, String value) {
    try {
      if (Files.exists(file)) {
        Files.writeString(file, value);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value; empty if the kernel lacks the setting. */
  String get(String path) {
    return namespace.call(() -> read(SETTINGS.resolve(path))).strip();
  }

  /** Changes a setting of the whole node, and records its earlier value. */
  void set(String path, String value) {
    settings.note(path, get(path), value);
    put(path, value);
  }

  /** Restores a setting, unless another program changed it since. */
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

  /** Excludes settings of removed devices, which went with the device. */
  Map<String, NodeSettings.Kept> kept() {
    settings.kept().keySet().stream().filter(path -> get(path).isEmpty()).forEach(settings::forget);
    return settings.kept();
  }

  /** Whether the kernel runs with IPv6. */
  static boolean hasIpv6() {
    return Files.exists(SETTINGS.resolve("net/ipv6/conf"));
  }

  /** Reads a file whose device name may not be valid text; empty if the file is missing. */
  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
