package dev.weft.agent.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a {@link NodeRecord}: lines that are only appended, so a change costs as much as the
 * changed object. Once superseded lines are the larger half, the file is written anew, under
 * another name first. Only its owner can read it. Not thread-safe.
 */
final class RecordFile implements AutoCloseable {
  /** First line. A file with another one has another format. */
  private static final String HEADER = "weft-record 1";

  /** Largest file in bytes. */
  private static final long MOST = 16L << 20;

  /** A smaller file in bytes is not written anew. */
  private static final long SMALL = 1L << 20;

  private static final int BLOCK = 8192;

  private final Path path;
  private final Map<String, Map<String, Place>> pages = new LinkedHashMap<>();
  private final Set<String> complete = new HashSet<>();
  private @Nullable FileChannel channel;
  private long size;
  private long live;
  private boolean abandoned;

  /**
   * Where an object's line is.
   *
   * @param version resourceVersion of the object; null: it has none
   */
  private record Place(@Nullable String version, long offset, int length) {}

  RecordFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** Receives the lines of an earlier agent. */
  interface Visitor {
    /** Returns the resourceVersion of the object; null: it has none. */
    @Nullable String put(RecordLine.Put line);

    /** Any other line. */
    void other(RecordLine line);
  }

  /**
   * Reads the lines of an earlier agent, without one that was cut short.
   *
   * @throws IOException if the file cannot be read or has another format
   * @throws IllegalArgumentException if a line is malformed
   */
  void read(Visitor visitor) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel = file;
    if (file.size() > MOST) {
      throw new IOException("it has %d bytes, more than %d".formatted(file.size(), MOST));
    }
    FileChannel _ = file.truncate(endOfLastLine(file));
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      if (!HEADER.equals(lines.readLine())) {
        throw new IOException("it does not begin with '%s'".formatted(HEADER));
      }
      size = HEADER.length() + 1L;
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        int length = text.getBytes(StandardCharsets.UTF_8).length + 1;
        switch (RecordLine.parse(text)) {
          case RecordLine.Put put ->
              note(put.page(), put.key(), new Place(visitor.put(put), size, length));
          case RecordLine.Remove remove -> {
            forget(remove.page(), remove.key());
            visitor.other(remove);
          }
          case RecordLine.Complete whole -> {
            boolean _ = complete.add(whole.page());
            visitor.other(whole);
          }
          case RecordLine.End end -> {
            boolean _ = forget(end.page());
            visitor.other(end);
          }
        }
        size += length;
      }
    }
    file.position(size);
  }

  private static long endOfLastLine(FileChannel file) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    for (long end = file.size(); end > 0; ) {
      long from = Math.max(0, end - BLOCK);
      block.clear().limit((int) (end - from));
      int read = file.read(block, from);
      for (int i = read - 1; i >= 0; i--) {
        if (block.get(i) == '\n') {
          return from + i + 1;
        }
      }
      end = from;
    }
    return 0;
  }

  private void note(String page, String key, Place place) {
    Place before = pages.computeIfAbsent(page, _ -> new HashMap<>()).put(key, place);
    live += place.length - (before == null ? 0 : before.length);
  }

  private boolean forget(String page, String key) {
    Place before = pages.getOrDefault(page, new HashMap<>()).remove(key);
    live -= before == null ? 0 : before.length;
    return before != null;
  }

  private boolean forget(String page) {
    Map<String, Place> former = pages.remove(page);
    live -= former == null ? 0 : former.values().stream().mapToLong(Place::length).sum();
    return complete.remove(page) || former != null;
  }

  /** Whether the file has this version of an object. */
  boolean holds(String page, String key, String version) {
    Place place = pages.getOrDefault(page, Map.of()).get(key);
    return place != null && version.equals(place.version);
  }

  void put(String page, String key, @Nullable String version, String json) throws IOException {
    FileChannel _ = open();
    long offset = size;
    note(page, key, new Place(version, offset, append(new RecordLine.Put(page, key, json))));
    if (size > Math.max(SMALL, 2 * live)) {
      rewrite();
    }
    if (size > MOST) {
      throw new IOException("it needs more than %d bytes".formatted(MOST));
    }
  }

  void remove(String page, String key) throws IOException {
    if (forget(page, key)) {
      int _ = append(new RecordLine.Remove(page, key));
    }
  }

  void complete(String page) throws IOException {
    if (complete.add(page)) {
      int _ = append(new RecordLine.Complete(page));
    }
  }

  void end(String page) throws IOException {
    if (forget(page)) {
      int _ = append(new RecordLine.End(page));
    }
  }

  /** Drops all pages but these. */
  void retain(Set<String> names) throws IOException {
    Set<String> former = new HashSet<>(pages.keySet());
    former.addAll(complete);
    former.removeAll(names);
    for (String each : former) {
      end(each);
    }
  }

  /** Begins with an empty file, at the next change. */
  void reset() {
    close();
    pages.clear();
    complete.clear();
    size = 0;
    live = 0;
    try {
      boolean _ = Files.deleteIfExists(path);
    } catch (IOException e) {
      abandoned = true;
    }
  }

  /** Removes the file, and keeps nothing more. */
  void abandon() {
    reset();
    abandoned = true;
  }

  boolean isAbandoned() {
    return abandoned;
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Path _ = Files.createDirectories(folder);
      }
      open = create(path);
      channel = open;
      size = write(open, HEADER);
    }
    return open;
  }

  private static FileChannel create(Path path) throws IOException {
    boolean _ = Files.deleteIfExists(path);
    return FileChannel.open(
        path,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private int append(RecordLine line) throws IOException {
    int length = write(open(), line.toString());
    size += length;
    return length;
  }

  private static int write(FileChannel file, String line) throws IOException {
    ByteBuffer text = ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8));
    int length = text.remaining();
    while (text.hasRemaining()) {
      int _ = file.write(text);
    }
    return length;
  }

  /** Writes only the lines that count, and replaces the file by them. */
  private void rewrite() throws IOException {
    FileChannel old = open();
    Path next = path.resolveSibling(path.getFileName() + ".next");
    FileChannel file = create(next);
    try {
      long end = write(file, HEADER);
      for (Map<String, Place> page : pages.values()) {
        for (Map.Entry<String, Place> each : page.entrySet()) {
          Place place = each.getValue();
          long copied = 0;
          while (copied < place.length) {
            copied += old.transferTo(place.offset + copied, place.length - copied, file);
          }
          each.setValue(new Place(place.version, end, place.length));
          end += place.length;
        }
      }
      for (String each : complete) {
        end += write(file, new RecordLine.Complete(each).toString());
      }
      Path _ = Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
      channel = file;
      size = end;
    } finally {
      (file.equals(channel) ? old : file).close();
    }
  }
}
