package dev.weft.importer;

import java.util.List;
import java.util.Locale;

/** Docker's names as names of resources. */
final class Names {
  private static final int LONGEST_NETWORK = 63;
  private static final int LONGEST_SERVICE = 57;

  private Names() {}

  static String network(String name, List<String> notes) {
    return label(name, LONGEST_NETWORK, notes);
  }

  /** A Service's name starts with a letter. */
  static String service(String name, List<String> notes) {
    String label = label(name, LONGEST_SERVICE, notes);
    if (Character.isLetter(label.charAt(0))) {
      return label;
    }
    notes.add("its name starts with no letter, as a Service's must: s-" + label);
    return "s-" + label;
  }

  private static String label(String name, int longest, List<String> notes) {
    String label =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-").replaceAll("^-+|-+$", "");
    label = label.substring(0, Math.min(longest, label.length())).replaceAll("-+$", "");
    label = label.isEmpty() ? "unnamed" : label;
    if (!label.equals(name)) {
      notes.add("its name '%s' becomes %s".formatted(name, label));
    }
    return label;
  }
}
