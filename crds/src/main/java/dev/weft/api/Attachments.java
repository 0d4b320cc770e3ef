package dev.weft.api;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the attach annotation, {@value Names#NETWORKS_ANNOTATION}. */
public final class Attachments {
  /** Maximum length of the annotation in characters. */
  public static final int LONGEST = 16 * 1024;

  /** Maximum number of attachments of one pod. */
  public static final int MOST = 32;

  private Attachments() {}

  /**
   * Reads the short form, {@code blue, lan@eth5}, or the JSON form, {@code [{"name": "blue",
   * "interface": "eth5", "ips": ["10.0.0.7"], "mac": "02:42:0a:00:00:07", "defaultRoute": true}]}.
   *
   * @return the attachments in the order of the text; a network may appear several times, but an
   *     interface name or an address on a network only once; empty for a blank text
   * @throws InvalidAttachments if the text has another form or exceeds a limit
   */
  public static List<Attachment> parse(String text) throws InvalidAttachments {
    if (text.length() > LONGEST) {
      throw new InvalidAttachments(
          "the text has %d characters, the most is %d".formatted(text.length(), LONGEST), LONGEST);
    }
    String stripped = text.stripLeading();
    if (stripped.isEmpty()) {
      return List.of();
    }
    List<PlacedAttachment> found =
        switch (stripped.charAt(0)) {
          case '[' -> AttachmentsJson.read(text);
          case '{' ->
              throw new InvalidAttachments(
                  "the JSON form is a list: put [ ] around it", text.indexOf('{'));
          default -> AttachmentsList.read(text);
        };
    requireDistinct(found);
    return found.stream().map(PlacedAttachment::attachment).toList();
  }

  /**
   * Checks attachments of one sandbox against each other.
   *
   * @throws InvalidAttachments if two have one interface name, one address or the default route
   */
  static void requireDistinct(List<PlacedAttachment> found) throws InvalidAttachments {
    Set<String> addresses = new HashSet<>();
    Set<String> interfaces = new HashSet<>();
    boolean routed = false;
    for (PlacedAttachment each : found) {
      Attachment attachment = each.attachment();
      for (IpAddress address : attachment.ips()) {
        if (!addresses.add(attachment.network() + " " + address)) {
          throw new InvalidAttachments(
              "%s on network %s is requested twice; give each interface its own"
                  .formatted(address, attachment.network()),
              each.position());
        }
      }
      if (attachment.interfaceName() != null && !interfaces.add(attachment.interfaceName())) {
        throw new InvalidAttachments(
            "interface %s is requested twice; give each its own name"
                .formatted(attachment.interfaceName()),
            each.position());
      }
      if (Boolean.TRUE.equals(attachment.defaultRoute())) {
        if (routed) {
          throw new InvalidAttachments(
              "defaultRoute is true for two networks; choose one", each.position());
        }
        routed = true;
      }
    }
  }
}
