package dev.weft.e2e.hostile;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes that are tried together, because they do not affect each other's result. */
record Round(List<Write> writes) {
  /** Fields for which Weft may ignore the object, so that no other field matters. */
  private static final Set<String> DECISIVE =
      Set.of(
          "/metadata/labels",
          "/metadata/ownerReferences",
          "/spec/address",
          "/spec/keys",
          "/spec/network",
          "/spec/vtep");

  /**
   * A part of an object.
   *
   * @param field JSON path; empty for the whole object
   */
  private record Spot(String object, String field) {
    boolean meets(Spot other) {
      return object.equals(other.object)
          && (field.isEmpty() || other.field.isEmpty() || field.equals(other.field));
    }
  }

  /** Groups the writes into few rounds, in their order. */
  static List<Round> of(List<Write> writes) {
    KubernetesSerialization yaml = new KubernetesSerialization();
    List<Round> rounds = new ArrayList<>();
    List<List<Spot>> written = new ArrayList<>();
    for (Write write : writes) {
      List<Spot> spots = spots(write, yaml);
      int at = 0;
      while (at < rounds.size() && meet(written.get(at), spots)) {
        at++;
      }
      if (at == rounds.size()) {
        rounds.add(new Round(new ArrayList<>()));
        written.add(new ArrayList<>());
      }
      rounds.get(at).writes.add(write);
      written.get(at).addAll(spots);
    }
    return rounds;
  }

  private static boolean meet(List<Spot> some, List<Spot> others) {
    return some.stream().anyMatch(one -> others.stream().anyMatch(one::meets));
  }

  private static List<Spot> spots(Write write, KubernetesSerialization yaml) {
    String object = write.plural() + " " + write.namespace() + "/" + write.name();
    if (!Set.of("patch", "update").contains(write.verb())) {
      return List.of(new Spot(object, ""));
    }
    List<Spot> spots = new ArrayList<>();
    yaml.unmarshal("---\n" + write.content(), ObjectNode.class)
        .properties()
        .forEach(part ->
            part.getValue()
                .properties()
                .forEach(each ->
                    spots.add(new Spot(object, "/" + part.getKey() + "/" + each.getKey()))));
    return spots.stream().anyMatch(each -> DECISIVE.contains(each.field))
        ? List.of(new Spot(object, ""))
        : spots;
  }

  @Override
  public String toString() {
    return writes.size() <= 4
        ? writes.stream().map(Write::what).collect(Collectors.joining("; "))
        : "%d writes, from '%s' to '%s'"
            .formatted(writes.size(), writes.getFirst().what(), writes.getLast().what());
  }
}
