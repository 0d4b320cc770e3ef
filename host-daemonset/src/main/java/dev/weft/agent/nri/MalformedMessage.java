package dev.weft.agent.nri;

import java.io.IOException;

/** The peer does not speak the protocol; nothing it says later can be told apart from noise. */
final class MalformedMessage extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedMessage(String what) {
    super(what);
  }
}
