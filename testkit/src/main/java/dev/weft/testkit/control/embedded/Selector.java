package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Selects the objects of a list or watch. */
@FunctionalInterface
interface Selector extends Predicate<JsonNode> {
  Pattern REQUIREMENT =
      Pattern.compile(
          "\\s*(?:(?<absent>!)\\s*(?<none>[^\\s=!,()]+)"
              + "|(?<key>[^\\s=!,()]+)\\s*(?:(?<operator>==|=|!=)\\s*(?<value>[^\\s,()]*)"
              + "|\\s(?<set>in|notin)\\s*\\((?<values>[^)]*)\\))?)\\s*(?:,|$)");

  /** Combines the selectors of a request; an absent one selects all objects. */
  static Selector of(@Nullable String labels, @Nullable String fields) {
    List<Predicate<JsonNode>> requirements = new ArrayList<>();
    if (labels != null) {
      parse(
          labels,
          requirements,
          key ->
              object -> {
                JsonNode value = object.path("metadata").path("labels").path(key);
                return value.isMissingNode() ? null : value.asText();
              });
    }
    if (fields != null) {
      parse(
          fields,
          requirements,
          key -> {
            String pointer = "/" + key.replace('.', '/');
            return object -> object.at(pointer).asText("");
          });
    }
    return object -> requirements.stream().allMatch(each -> each.test(object));
  }

  private static void parse(
      String text,
      List<Predicate<JsonNode>> requirements,
      Function<String, Function<JsonNode, @Nullable String>> lookup) {
    if (text.isBlank()) {
      return;
    }
    Matcher matcher = REQUIREMENT.matcher(text);
    int position = 0;
    while (position < text.length()) {
      if (!matcher.region(position, text.length()).lookingAt()) {
        throw ApiError.badRequest("unable to parse selector: " + text);
      }
      requirements.add(requirement(matcher, lookup));
      position = matcher.end();
    }
  }

  private static Predicate<JsonNode> requirement(
      Matcher matcher, Function<String, Function<JsonNode, @Nullable String>> lookup) {
    String none = matcher.group("none");
    if (none != null) {
      Function<JsonNode, @Nullable String> value = lookup.apply(none);
      return object -> value.apply(object) == null;
    }
    Function<JsonNode, @Nullable String> value = lookup.apply(matcher.group("key"));
    String operator = matcher.group("operator");
    if (operator != null) {
      String wanted = matcher.group("value");
      boolean equal = !operator.equals("!=");
      return object -> wanted.equals(value.apply(object)) == equal;
    }
    String set = matcher.group("set");
    if (set != null) {
      Set<String> wanted = Set.of(matcher.group("values").trim().split("\\s*,\\s*"));
      boolean in = set.equals("in");
      return object -> {
        String found = value.apply(object);
        return (found != null && wanted.contains(found)) == in;
      };
    }
    return object -> value.apply(object) != null;
  }
}
