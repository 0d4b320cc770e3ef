package dev.weft.api;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * NetworkAttachmentDefinitions that a network stands for, as its annotation {@value
 * Names#MULTUS_ALIASES_ANNOTATION} lists them: {@code default/lan, shop/lan}. The network's author
 * writes it, never the author of a pod or of a definition.
 */
public final class MultusAliases {
  /** Maximum length of the annotation in characters. */
  public static final int LONGEST = 16 * 1024;

  private MultusAliases() {}

  /** The definitions, each as namespace and name joined by "/". Malformed ones are left out. */
  public static Set<String> of(@Nullable ContainerNetwork network) {
    return items(network).stream()
        .filter(MultusSelections::isDefinition)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Items of the annotation that are no namespace and name joined by "/". */
  public static List<String> malformed(ContainerNetwork network) {
    return items(network).stream().filter(each -> !MultusSelections.isDefinition(each)).toList();
  }

  private static List<String> items(@Nullable ContainerNetwork network) {
    Map<String, String> annotations =
        network == null ? null : network.getMetadata().getAnnotations();
    String text = annotations == null ? null : annotations.get(Names.MULTUS_ALIASES_ANNOTATION);
    if (text == null || text.isBlank() || text.length() > LONGEST) {
      return List.of();
    }
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }
}
