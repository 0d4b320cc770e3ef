package dev.weft.agent.nri;

import java.io.IOException;

/** The peer does not speak the protocol; nothing that follows can be decoded. */
final class MalformedMessage extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedMessage(String what) {
    super(what);
  }
}
