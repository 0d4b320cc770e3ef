package dev.weft.api;

import java.util.ArrayList;
import java.util.List;

/**
 * Parses the short form: networks separated by commas, each optionally followed by "@" and an
 * interface.
 */
final class AttachmentsList {
  private AttachmentsList() {}

  static List<PlacedAttachment> read(String text) throws InvalidAttachments {
    List<PlacedAttachment> found = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int comma = text.indexOf(',', start);
      int end = comma < 0 ? text.length() : comma;
      if (found.size() == Attachments.MOST) {
        throw new InvalidAttachments(
            "a pod attaches to at most %d networks".formatted(Attachments.MOST), start);
      }
      found.add(item(text, start, end));
      start = end + 1;
    }
    return found;
  }

  private static PlacedAttachment item(String text, int from, int to) throws InvalidAttachments {
    int start = from;
    int end = to;
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (start < end && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (start == end) {
      throw new InvalidAttachments("a network's name is missing beside the comma", from);
    }
    int at = text.substring(start, end).indexOf('@');
    String network = at < 0 ? text.substring(start, end) : text.substring(start, start + at);
    String name =
        at < 0
            ? null
            : PlacedAttachment.interfaceName(text.substring(start + at + 1, end), start + at + 1);
    return new PlacedAttachment(
        new Attachment(PlacedAttachment.network(network, start), name, List.of(), null, null),
        start);
  }
}
