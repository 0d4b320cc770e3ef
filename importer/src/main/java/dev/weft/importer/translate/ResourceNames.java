package dev.weft.importer.translate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Converts Docker's names to names of resources. Distinct names stay distinct, in any order. */
public final class ResourceNames {
  private static final int LONGEST_NETWORK = 63;
  private static final int LONGEST_SERVICE = 57;
  private static final int DIGEST = 5;

  private final Map<String, String> names = new HashMap<>();

  private ResourceNames(Collection<String> originals, int longest, boolean letterFirst) {
    Map<String, Integer> wanted = new HashMap<>();
    for (String each : Set.copyOf(originals)) {
      wanted.merge(label(each, letterFirst), 1, Integer::sum);
    }
    Set<String> exact = new HashSet<>(originals);
    for (String each : Set.copyOf(originals)) {
      String label = label(each, letterFirst);
      boolean clash = wanted.getOrDefault(label, 0) > 1 || exact.contains(label);
      boolean cut = label.length() > longest;
      names.put(
          each, (!label.equals(each) && clash) || cut ? suffixed(label, each, longest) : label);
    }
  }

  /** Names of networks and of volumes: DNS labels. */
  public static ResourceNames networks(Collection<String> originals) {
    return new ResourceNames(originals, LONGEST_NETWORK, false);
  }

  /** Names of services start with a letter (RFC 1035) and leave room for "-tasks". */
  public static ResourceNames services(Collection<String> originals) {
    return new ResourceNames(originals, LONGEST_SERVICE, true);
  }

  /** The resource name of {@code original}. */
  public String of(String original) {
    String name = names.get(original);
    return name == null
        ? ResourceNames.networks(Set.of(original)).names.getOrDefault(original, original)
        : name;
  }

  private static String label(String name, boolean letterFirst) {
    String label =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-").replaceAll("^-+|-+$", "");
    label = label.isEmpty() ? "unnamed" : label;
    return letterFirst && !(label.charAt(0) >= 'a' && label.charAt(0) <= 'z')
        ? "s-" + label
        : label;
  }

  private static String suffixed(String label, String original, int longest) {
    int room = longest - DIGEST - 1;
    String head = label.substring(0, Math.min(room, label.length())).replaceAll("-+$", "");
    return head + "-" + digest(original).substring(0, DIGEST);
  }

  static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
