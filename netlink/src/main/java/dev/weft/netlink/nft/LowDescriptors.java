package dev.weft.netlink.nft;

import static dev.weft.netlink.Libc.check;

import dev.weft.netlink.Libc;

/**
 * Low descriptor numbers for libnftables, which waits for its sockets with {@code select(2)}. The C
 * library ends the process if a number is above 1023, and libnftables ends it if it gets no socket.
 *
 * <p>The process reserves a few low numbers once. A thread takes a copy of the descriptor table
 * ({@code CLONE_FILES} of {@code unshare(2)}) and frees the numbers there. The kernel assigns the
 * lowest free number. No other thread can take it, because the table is private to the thread.
 */
final class LowDescriptors {
  /** {@code FD_SETSIZE}. */
  private static final int LIMIT = 1024;

  /** More descriptors than libnftables opens at once. */
  private static final int RESERVED = 8;

  private static final int[] NUMBERS = reserve();

  private LowDescriptors() {}

  private static int[] reserve() {
    int[] numbers = new int[RESERVED];
    for (int i = 0; i < RESERVED; i++) {
      numbers[i] = Libc.eventfd();
    }
    return numbers;
  }

  /**
   * Ensures that the numbers are reserved.
   *
   * @throws NftablesException if the process had no low number left at the first call
   */
  static void require() {
    for (int number : NUMBERS) {
      if (number < 0 || number >= LIMIT) {
        throw new NftablesException(
            "libnftables needs %d file descriptors below %d, and this process first used it with"
                    .formatted(RESERVED, LIMIT)
                + " none of them left; use it before anything that opens many, and allow the"
                + " process more descriptors (LimitNOFILE)");
      }
    }
  }

  /** Gives the calling thread its own descriptor table with the reserved numbers free. */
  static void free() {
    check(Libc.unshare(Libc.CLONE_FILES), "give a thread its own descriptor table");
    for (int number : NUMBERS) {
      Libc.close(number);
    }
  }
}
