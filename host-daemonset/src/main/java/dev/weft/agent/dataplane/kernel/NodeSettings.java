package dev.weft.agent.dataplane.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changed settings of the whole node, with their earlier values. They are restored with the last
 * network that needs them. The file lives as long as the settings: until reboot.
 */
public final class NodeSettings {
  private static final Logger LOG = LoggerFactory.getLogger(NodeSettings.class);

  private final Optional<Path> file;
  private final Map<String, Kept> kept = new TreeMap<>();

  /** A setting's value before it was changed, and after. */
  public record Kept(String before, String after) {}

  /**
   * Reads the file.
   *
   * @param file if empty, changes are remembered only as long as this object
   */
  public NodeSettings(Optional<Path> file) {
    this.file = file;
    try {
      if (file.isPresent() && Files.exists(file.get())) {
        Files.readAllLines(file.get()).forEach(this::read);
      }
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", file.get())
          .log(
              "the node's earlier settings cannot be read, so the present ones stay: {}",
              e.toString());
    }
  }

  private void read(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length == 3) {
      kept.put(fields[0], new Kept(fields[1], fields[2]));
    } else {
      LOG.atWarn().addKeyValue("line", line).log("a line of the settings file cannot be read");
    }
  }

  /** By path below {@code /proc/sys}. */
  Map<String, Kept> kept() {
    return Map.copyOf(kept);
  }

  /** Records a change before it is made; the first recorded value is the original one. */
  void note(String path, String before, String after) {
    Kept known = kept.get(path);
    Kept now = new Kept(known == null ? before : known.before(), after);
    if (!now.equals(known)) {
      kept.put(path, now);
      store();
      LOG.atInfo()
          .addKeyValue("setting", path)
          .log("set to {}, was {}; undone with the last network that needs it", after, before);
    }
  }

  void forget(String path) {
    if (kept.remove(path) != null) {
      store();
    }
  }

  private void store() {
    if (file.isEmpty()) {
      return;
    }
    Path path = file.get();
    try {
      if (kept.isEmpty()) {
        boolean _ = Files.deleteIfExists(path);
        return;
      }
      Path _ = Files.createDirectories(path.toAbsolutePath().getParent());
      Path next = path.resolveSibling(path.getFileName() + ".next");
      Path _ =
          Files.writeString(
              next,
              kept.entrySet().stream()
                  .map(each ->
                      "%s\t%s\t%s\n"
                          .formatted(
                              each.getKey(), each.getValue().before(), each.getValue().after()))
                  .collect(Collectors.joining()));
      Path _ = Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the node's settings cannot be recorded in " + path, e);
    }
  }
}
