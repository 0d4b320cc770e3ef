package dev.weft.e2e.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames in a file of {@code tcpdump -w}, which may still be writing ({@code pcap-savefile(5)}).
 */
record CapturedFile(Path file) {
  private static final int HEADER = 24;
  private static final int RECORD_HEADER = 16;

  List<byte[]> frames() {
    ByteBuffer all;
    try {
      all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<byte[]> frames = new ArrayList<>();
    int at = HEADER;
    while (at + RECORD_HEADER <= all.limit()) {
      int length = all.getInt(at + 8);
      if (at + RECORD_HEADER + length > all.limit()) {
        break;
      }
      byte[] frame = new byte[length];
      all.get(at + RECORD_HEADER, frame);
      frames.add(frame);
      at += RECORD_HEADER + length;
    }
    return frames;
  }
}
