package dev.weft.api;

import java.util.List;

/** Reads the attach annotation, {@value Names#NETWORKS_ANNOTATION}. */
@SuppressWarnings("DoNotCallSuggester")
public final class Attachments {
  private Attachments() {}

  /**
   * Reads the short form, {@code blue, lan@eth5}, or the JSON form, {@code [{"name": "blue",
   * "interface": "eth5", "ips": ["10.0.0.7"], "mac": "02:…", "defaultRoute": true}]}.
   *
   * @return in the order asked for, no network and no interface twice; empty for a blank text
   * @throws InvalidAttachments if the text is anything else
   */
  public static List<Attachment> parse(String text) throws InvalidAttachments {
    throw new UnsupportedOperationException();
  }
}
