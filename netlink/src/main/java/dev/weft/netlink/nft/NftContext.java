package dev.weft.netlink.nft;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** {@code struct nft_ctx} of {@code nftables/libnftables.h}. */
final class NftContext implements AutoCloseable {
  private static final int NFT_CTX_OUTPUT_JSON = 1 << 4;

  private final MemorySegment context;

  private NftContext(MemorySegment context) {
    this.context = context;
  }

  /**
   * Ensures that the library is usable.
   *
   * @throws NftablesException if it is missing, or was first used when this process had some
   *     thousand descriptors open
   */
  static void require() {
    SymbolLookup _ = load();
    LowDescriptors.require();
  }

  /**
   * Runs commands in a new context, in the calling thread's network namespace. The thread must run
   * nothing else: it keeps its own descriptor table until it ends.
   */
  static String run(String commands, boolean json) {
    LowDescriptors.free();
    try (NftContext context = open(json)) {
      return context.run(commands);
    }
  }

  /** The library, loaded at first use: everything else works without it. */
  private static final class Library {
    private static final SymbolLookup SYMBOLS = load();
    private static final MethodHandle NEW =
        bind("nft_ctx_new", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle FREE =
        bind("nft_ctx_free", FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle BUFFER_OUTPUT =
        bind("nft_ctx_buffer_output", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle BUFFER_ERROR =
        bind("nft_ctx_buffer_error", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle SET_FLAGS =
        bind("nft_ctx_output_set_flags", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    private static final MethodHandle RUN =
        bind("nft_run_cmd_from_buffer", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle OUTPUT =
        bind("nft_ctx_get_output_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle ERROR =
        bind("nft_ctx_get_error_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));

    private static MethodHandle bind(String name, FunctionDescriptor type) {
      return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(name), type);
    }
  }

  private static SymbolLookup load() {
    try {
      return SymbolLookup.libraryLookup("libnftables.so.1", Arena.global());
    } catch (IllegalArgumentException e) {
      throw new NftablesException(
          "libnftables.so.1 is not installed; install the package libnftables1 (Debian, Ubuntu) or"
              + " nftables (Fedora, Alpine)",
          e);
    }
  }

  private static NftContext open(boolean json) {
    try {
      var context = (MemorySegment) Library.NEW.invokeExact(0);
      int failed =
          (int) Library.BUFFER_OUTPUT.invokeExact(context)
              | (int) Library.BUFFER_ERROR.invokeExact(context);
      if (failed != 0) {
        throw new NftablesException("libnftables can not buffer its output");
      }
      Library.SET_FLAGS.invokeExact(context, json ? NFT_CTX_OUTPUT_JSON : 0);
      return new NftContext(context);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private String run(String commands) {
    try (Arena arena = Arena.ofConfined()) {
      int failed = (int) Library.RUN.invokeExact(context, arena.allocateFrom(commands));
      String output = text((MemorySegment) Library.OUTPUT.invokeExact(context));
      String error = text((MemorySegment) Library.ERROR.invokeExact(context));
      if (failed != 0) {
        throw new NftablesException(error.isBlank() ? "libnftables gave no reason" : error.strip());
      }
      return output;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static String text(MemorySegment pointer) {
    return pointer.equals(MemorySegment.NULL)
        ? ""
        : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static RuntimeException unexpected(Throwable e) {
    return switch (e) {
      case RuntimeException known -> known;
      case Error error -> throw error;
      default -> throw new AssertionError("a C function does not throw", e);
    };
  }

  @Override
  public void close() {
    try {
      Library.FREE.invokeExact(context);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
