package dev.weft.api;

import java.util.regex.Pattern;

/** An attachment and the index in the text where it begins. */
record PlacedAttachment(Attachment attachment, int position) {
  private static final Pattern LABEL = Pattern.compile(Patterns.LABEL);

  static String network(String name, int position) throws InvalidAttachments {
    if (name.length() > 63 || !LABEL.matcher(name).matches()) {
      throw new InvalidAttachments(
          "a network's name has lower-case letters, digits and '-', at most 63, and this has not",
          position);
    }
    return name;
  }

  static String interfaceName(String name, int position) throws InvalidAttachments {
    var fault = InterfaceName.fault(name);
    if (fault.isPresent()) {
      throw new InvalidAttachments("this is no name for an interface: " + fault.get(), position);
    }
    if (name.equals("lo")) {
      throw new InvalidAttachments(
          "lo is the sandbox's own interface; choose another name", position);
    }
    return name;
  }
}
