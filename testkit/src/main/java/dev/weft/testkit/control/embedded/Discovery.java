package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Answers discovery requests for the available kinds. */
final class Discovery {
  private final ObjectStore store;

  Discovery(ObjectStore store) {
    this.store = store;
  }

  /** The answer to a path of discovery; empty for paths of objects. */
  Optional<ObjectNode> answer(String path) {
    List<String> parts = List.of(path.substring(1).split("/", -1));
    return switch (parts.getFirst()) {
      case "version" ->
          Optional.of(
              object().put("major", "1").put("minor", "30").put("gitVersion", "v1.30.0-embedded"));
      case "api" ->
          parts.size() == 1
              ? Optional.of(coreVersions())
              : parts.size() == 2 ? resources("", parts.get(1)) : Optional.empty();
      case "apis" ->
          switch (parts.size()) {
            case 1 -> Optional.of(groups());
            case 2 -> Optional.of(group(parts.get(1)));
            case 3 -> resources(parts.get(1), parts.get(2));
            default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }

  private static ObjectNode coreVersions() {
    ObjectNode versions = object().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    return versions;
  }

  private ObjectNode groups() {
    ObjectNode list = object().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    store.types().stream()
        .map(ResourceType::group)
        .filter(group -> !group.isEmpty())
        .distinct()
        .forEach(group -> groups.add(group(group)));
    return list;
  }

  private ObjectNode group(String name) {
    ObjectNode group = object().put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
    ArrayNode versions = group.putArray("versions");
    store.types().stream()
        .filter(type -> type.group().equals(name))
        .map(ResourceType::version)
        .distinct()
        .map(version -> object().put("groupVersion", name + "/" + version).put("version", version))
        .forEach(versions::add);
    if (versions.isEmpty()) {
      throw ApiError.noSuchPath("/apis/" + name);
    }
    group.set("preferredVersion", versions.get(0));
    return group;
  }

  private Optional<ObjectNode> resources(String group, String version) {
    List<ResourceType> types =
        store.types().stream()
            .filter(type -> type.group().equals(group) && type.version().equals(version))
            .toList();
    if (types.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode list =
        object()
            .put("kind", "APIResourceList")
            .put("apiVersion", "v1")
            .put("groupVersion", types.getFirst().apiVersion());
    ArrayNode resources = list.putArray("resources");
    types.stream().map(ResourceType::discovery).forEach(resources::add);
    return Optional.of(list);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
