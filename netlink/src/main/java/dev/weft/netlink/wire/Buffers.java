package dev.weft.netlink.wire;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memory of a netlink socket. A few buffers are kept for later sockets: allocating one, and having
 * every thread release it, takes longer than opening a socket and sending a request.
 */
final class Buffers implements AutoCloseable {
  /** Datagrams received per call. */
  static final int SLOTS = 64;

  /** Bytes per datagram: an acknowledgement needs 36, with the kernel's text about 300. */
  static final int SLOT = 2048;

  static final int MMSGHDR = 64;

  /** Larger than any datagram of a dump (32 KiB). */
  private static final int RECEIVED = 256 << 10;

  /**
   * Few pages: in a call with many more messages each one costs the kernel several times as much.
   */
  private static final int BATCH = 20 << 10;

  /** Without a lock: a thread in a network namespace must not resume virtual threads. */
  private static final AtomicReferenceArray<@Nullable Buffers> SPARE =
      new AtomicReferenceArray<>(4);

  private final Arena arena = Arena.ofShared();
  final MemorySegment received = arena.allocate(RECEIVED);
  final MemorySegment slots = arena.allocate((long) SLOTS * SLOT, 8);
  final MemorySegment headers = arena.allocate((long) SLOTS * MMSGHDR, 8);
  final MemorySegment batch = arena.allocate(BATCH);
  final MessageWriter writer = new MessageWriter(BATCH);

  private Buffers() {
    MemorySegment vectors = arena.allocate(SLOTS * 16L, 8);
    for (int i = 0; i < SLOTS; i++) {
      vectors.set(ADDRESS, i * 16L, slots.asSlice((long) i * SLOT));
      vectors.set(JAVA_LONG, i * 16L + 8, SLOT);
      headers.set(ADDRESS, (long) i * MMSGHDR + 16, vectors.asSlice(i * 16L));
      headers.set(JAVA_LONG, (long) i * MMSGHDR + 24, 1);
    }
  }

  static Buffers take() {
    for (int i = 0; i < SPARE.length(); i++) {
      Buffers spare = SPARE.getAndSet(i, null);
      if (spare != null) {
        return spare;
      }
    }
    return new Buffers();
  }

  /** Keeps them for the next socket. */
  @Override
  public void close() {
    writer.clear();
    for (int i = 0; i < SPARE.length(); i++) {
      if (SPARE.compareAndSet(i, null, this)) {
        return;
      }
    }
    arena.close();
  }
}
