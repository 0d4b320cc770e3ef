package dev.weft.agent.sandbox;

import dev.weft.agent.retry.Supervised;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Named network namespaces: a directory holds one file {@code <id>.json} for each running sandbox,
 * written atomically by a rename. A new file is a started sandbox, a removed file an ended one. If
 * a sandbox cannot be wired, {@code <id>.error} beside it holds the reason in one line.
 *
 * <p>It reads the directory again after lost notifications. While it cannot read the directory, all
 * known sandboxes count as running.
 */
public final class NamespaceDirectory implements Sandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceDirectory.class);
  private static final String ERROR = ".error";
  private static final long RETRY_SECONDS = 1;

  private final Path directory;
  private final WatchService watcher;
  private final Map<String, Sandbox> running = new ConcurrentHashMap<>();
  private final Map<String, String> unreadable = new ConcurrentHashMap<>();
  private volatile boolean synced;

  /**
   * Sandboxes of {@code directory}, which is created if it does not exist.
   *
   * @throws IOException if it cannot be created or watched
   */
  public NamespaceDirectory(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.watcher = directory.getFileSystem().newWatchService();
    watch();
  }

  @Override
  public void start(SandboxListener wiring) {
    Thread _ = Supervised.start("sandboxes", () -> follow(wiring));
  }

  @Override
  public boolean isSynced() {
    return synced;
  }

  @Override
  public Optional<String> trouble() {
    return synced
        ? Optional.empty()
        : Optional.of("the directory of sandboxes %s cannot be read".formatted(directory));
  }

  @Override
  public Collection<Sandbox> running() {
    return List.copyOf(running.values());
  }

  @Override
  public boolean mayRun(String idOrOwner) {
    return running.containsKey(idOrOwner)
        || unreadable.containsKey(idOrOwner)
        || running.values().stream().anyMatch(each -> each.owner().equals(idOrOwner));
  }

  @Override
  public void report(Sandbox sandbox, AttachResult verdict) {
    if (sandbox.equals(running.get(sandbox.id()))) {
      switch (verdict) {
        case AttachResult.Wired() -> clearError(sandbox.id());
        case AttachResult.Untried() -> {}
        case AttachResult.Refused(String why) -> writeError(sandbox.id(), why);
      }
    }
  }

  @Override
  public void close() {
    try {
      watcher.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void follow(SandboxListener wiring) throws InterruptedException {
    try {
      rescan(wiring);
      while (true) {
        WatchKey key = synced ? watcher.take() : watcher.poll(RETRY_SECONDS, TimeUnit.SECONDS);
        handle(key, wiring);
      }
    } catch (ClosedWatchServiceException e) {
      LOG.atDebug().log("no longer following the sandboxes");
    }
  }

  private void handle(@Nullable WatchKey key, SandboxListener wiring) {
    if (key == null) {
      rescan(wiring);
      return;
    }
    Set<String> changed = new TreeSet<>();
    boolean lost = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.context() instanceof Path file) {
        SandboxFile.id(file).ifPresent(changed::add);
      } else {
        lost = true;
      }
    }
    if (!key.reset()) {
      LOG.atError().addKeyValue("directory", directory).log("the sandboxes' directory is gone");
      synced = false;
    } else if (lost) {
      rescan(wiring);
    } else {
      changed.forEach(id -> refresh(id, wiring));
    }
  }

  private void rescan(SandboxListener wiring) {
    Set<String> ids = new TreeSet<>(running.keySet());
    ids.addAll(unreadable.keySet());
    try {
      watch();
      try (Stream<Path> files = Files.list(directory)) {
        files.map(SandboxFile::id).flatMap(Optional::stream).forEach(ids::add);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.atDebug().addKeyValue("directory", directory).setCause(e).log("cannot read sandboxes");
      return;
    }
    ids.forEach(id -> refresh(id, wiring));
    synced = true;
    wiring.synced();
  }

  private void watch() throws IOException {
    directory.register(
        watcher,
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE);
  }

  private void refresh(String id, SandboxListener wiring) {
    try {
      Sandbox sandbox = SandboxFile.read(directory.resolve(id + SandboxFile.SUFFIX));
      unreadable.remove(id);
      if (!sandbox.equals(running.put(id, sandbox))) {
        Thread.ofVirtual()
            .name("attach " + id)
            .start(() -> report(sandbox, wiring.attach(sandbox)));
      }
    } catch (NoSuchFileException e) {
      unreadable.remove(id);
      ended(id, wiring);
    } catch (IOException | IllegalArgumentException e) {
      malformed(id, e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void ended(String id, SandboxListener wiring) {
    clearError(id);
    Sandbox sandbox = running.remove(id);
    if (sandbox != null) {
      Thread.ofVirtual().name("detach " + id).start(() -> wiring.detach(sandbox));
    }
  }

  private void malformed(String id, String why) {
    if (!why.equals(unreadable.put(id, why))) {
      LOG.atWarn().addKeyValue("sandbox", id).log("cannot read the sandbox's file: {}", why);
      writeError(id, why);
    }
  }

  private void writeError(String id, String why) {
    Path temporary = directory.resolve("." + id + ERROR);
    try {
      Files.writeString(temporary, why.replace('\n', ' ') + "\n");
      Files.move(
          temporary,
          directory.resolve(id + ERROR),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("sandbox", id).setCause(e).log("cannot write the error file");
    }
  }

  private void clearError(String id) {
    try {
      Files.deleteIfExists(directory.resolve(id + ERROR));
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("sandbox", id).setCause(e).log("cannot remove the error file");
    }
  }
}
