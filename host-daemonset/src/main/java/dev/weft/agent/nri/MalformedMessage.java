package dev.weft.agent.nri;

import java.io.IOException;

/** The peer violates the protocol; nothing that follows can be decoded. */
final class MalformedMessage extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedMessage(String what) {
    super(what);
  }
}
