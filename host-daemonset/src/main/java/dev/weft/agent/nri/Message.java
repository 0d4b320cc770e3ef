package dev.weft.agent.nri;

import java.nio.ByteBuffer;

/**
 * A message of ttrpc.
 *
 * @param stream pairs a response with its request; odd, as chosen by the client
 * @param type {@link #REQUEST} or {@link #RESPONSE}
 * @param body protobuf
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Message(int stream, byte type, byte[] body) {
  static final byte REQUEST = 1;
  static final byte RESPONSE = 2;

  /** Bytes before the body: its length, the stream, the type, flags; all big endian. */
  static final int HEADER = 10;

  /** Longest body in bytes; the limit of ttrpc. */
  static final int LONGEST = 4 << 20;

  /** The message as encoded for the wire. */
  ByteBuffer encoded() {
    return ByteBuffer.allocate(HEADER + body.length)
        .putInt(body.length)
        .putInt(stream)
        .put(type)
        .put((byte) 0)
        .put(body)
        .flip();
  }
}
