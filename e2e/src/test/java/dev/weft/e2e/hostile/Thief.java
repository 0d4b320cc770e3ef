package dev.weft.e2e.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An attacker with the token of weft-1's agent and knowledge of the other nodes. */
final class Thief implements AutoCloseable {
  static final String NODE = "weft-1";

  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  /** A write that RBAC refuses never reaches Weft, so it does not count as an attempt. */
  private static final Pattern NO_RIGHT = Pattern.compile("forbidden: User .* cannot ");

  private final KubernetesClient admin;
  private final KubernetesClient stolen;
  private final Map<String, String> known;

  Thief(Bed bed) {
    this.admin = bed.lab().client();
    this.stolen = bed.lab().agentClient(bed.lab().node(NODE));
    this.known = known(bed);
  }

  private static Map<String, String> known(Bed bed) {
    InetAddress victim = bed.address("blue-2");
    InetAddress virtual = bed.virtual().orElseThrow();
    byte[] parts = victim.getAddress();
    Map<String, String> known = new HashMap<>();
    known.put("$victim", victim.getHostAddress());
    known.put(
        "$victimZeros", "%03d.%03d.%03d.%03d".formatted(parts[0], parts[1], parts[2], parts[3]));
    String victim6 = IpAddress.of(bed.address6("blue-2")).toString();
    known.put("$victim6long", bed.address6("blue-2").getHostAddress());
    known.put("$victim6short", victim6);
    known.put("$victim6zero", victim6.replace("::", ":0::"));
    known.put("$victim6capitals", victim6.toUpperCase(Locale.ROOT));
    known.put("$taskMac", bed.mac("shop-1", "blue").toString());
    known.put("$web", bed.uid("web"));
    known.put("$vip6", bed.virtual6());
    known.put("$nextVip", IpAddress.of(virtual).plus(-1).toString());
    known.put("$victimMac", bed.mac("blue-2").toString());
    known.put("$victimCapitals", bed.mac("blue-2").toString().toUpperCase(Locale.ROOT));
    known.put("$bridged", bed.address("web-2").getHostAddress());
    known.put("$vip", virtual.getHostAddress());
    known.put("$ownPod", uid(bed, "blue-1"));
    known.put("$victimPod", uid(bed, "blue-2"));
    known.put("$blue", bed.uid("blue"));
    known.put("$task", uid(bed, "shop-1"));
    known.put("$red", bed.uid("red"));
    known.put("$db", bed.uid("db"));
    known.put("$redVni", String.valueOf(bed.vni("red")));
    known.put("$ownEndpoint", endpoint(bed, bed.address("blue-1")));
    known.put("$victimEndpoint", endpoint(bed, victim));
    known.put("$vipEndpoint", endpoint(bed, virtual));
    return known;
  }

  private static String uid(Bed bed, String pod) {
    return bed.lab()
        .client()
        .pods()
        .inNamespace("default")
        .withName(pod)
        .get()
        .getMetadata()
        .getUid();
  }

  private static String endpoint(Bed bed, InetAddress address) {
    return bed.lab().client().resources(NetworkEndpoint.class).list().getItems().stream()
        .filter(each -> "blue".equals(each.getSpec().network()))
        .filter(each ->
            String.valueOf(each.getSpec().address()).startsWith(address.getHostAddress() + "/"))
        .findFirst()
        .orElseThrow()
        .getMetadata()
        .getName();
  }

  private String filled(String text) {
    String filled = text;
    for (String each :
        known.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList()) {
      filled = filled.replace(each, known.getOrDefault(each, ""));
    }
    return filled;
  }

  private ObjectNode content(Write write) {
    // without this marker, a leading brace would be parsed as JSON
    String text = "---\n" + (write.content().isEmpty() ? "{}" : filled(write.content()));
    return admin.getKubernetesSerialization().unmarshal(text, ObjectNode.class);
  }

  /** Lines that a write may add to other kernels, because they concern only this node. */
  Predicate<String> own(Write write) {
    return write.own().isEmpty() ? _ -> false : Pattern.compile(filled(write.own())).asPredicate();
  }

  /** The object before the write. */
  @Nullable GenericKubernetesResource now(Write write) {
    return resource(admin, write).get();
  }

  /**
   * Makes the write with the stolen token.
   *
   * @return the server's refusal; empty if it accepts the write
   */
  Optional<String> write(Write write) {
    try {
      send(write);
      return Optional.empty();
    } catch (KubernetesClientException refused) {
      String why = String.valueOf(refused.getMessage());
      if (refused.getCode() < 400 || refused.getCode() > 499 || NO_RIGHT.matcher(why).find()) {
        throw refused;
      }
      return Optional.of(why);
    }
  }

  private void send(Write write) {
    switch (write.verb()) {
      case "create" -> stolen.resource(generic(whole(write, null))).create();
      case "update" -> stolen.resource(generic(whole(write, now(write)))).update();
      case "delete" -> resource(stolen, write).delete();
      case "patch" -> patch(write);
      default -> throw new IllegalArgumentException(write.verb());
    }
  }

  /** Sends a raw patch: the client would read the object first, which RBAC may forbid. */
  private void patch(Write write) {
    String path =
        Stream.of(
                write.group().isEmpty() ? "api" : "apis/" + write.group(),
                write.version(),
                write.namespace().isEmpty() ? "" : "namespaces/" + write.namespace(),
                write.plural(),
                filled(write.name()),
                write.subresource())
            .filter(each -> !each.isEmpty())
            .collect(Collectors.joining("/"));
    HttpResponse<String> answer =
        stolen
            .getHttpClient()
            .sendAsync(
                stolen
                    .getHttpClient()
                    .newHttpRequestBuilder()
                    .uri(stolen.getMasterUrl() + path)
                    .method("PATCH", "application/merge-patch+json", content(write).toString())
                    .build(),
                String.class)
            .join();
    if (!answer.isSuccessful()) {
      throw new KubernetesClientException(answer.body(), answer.code(), null);
    }
  }

  /** The object that an API server passes to its admission policies. */
  JsonNode review(Write write) {
    GenericKubernetesResource old = now(write);
    ObjectNode request = content(write).objectNode();
    request.put("operation", operation(write, old));
    request.put("name", filled(write.name()));
    request.put("namespace", write.namespace());
    request.put("subResource", write.subresource());
    request
        .putObject("resource")
        .put("group", write.group())
        .put("version", write.version())
        .put("resource", write.plural());
    ObjectNode user = request.putObject("userInfo");
    user.put("username", "system:serviceaccount:weft-system:weft-agent");
    user.putObject("extra").putArray("authentication.kubernetes.io/node-name").add(NODE);
    request.set("object", write.verb().equals("delete") ? request.nullNode() : whole(write, old));
    request.set("oldObject", old == null ? request.nullNode() : json(old));
    return request;
  }

  private static String operation(Write write, @Nullable GenericKubernetesResource old) {
    if (write.verb().equals("delete")) {
      return "DELETE";
    }
    return old == null || write.verb().equals("create") ? "CREATE" : "UPDATE";
  }

  private ObjectNode whole(Write write, @Nullable GenericKubernetesResource old) {
    ObjectNode content = content(write);
    ObjectNode whole = old == null ? content.objectNode() : json(old);
    merge(whole, content);
    whole.put("kind", write.kind());
    whole.put("apiVersion", (write.group().isEmpty() ? "" : write.group() + "/") + write.version());
    ObjectNode metadata = whole.withObject("/metadata").put("name", filled(write.name()));
    if (old == null && write.group().equals("weft.dev") && !metadata.has("labels")) {
      label(metadata, Names.NETWORK_LABEL, whole.at("/spec/network"));
      label(metadata, Names.NODE_LABEL, whole.at("/spec/node"));
    }
    if (!write.namespace().isEmpty()) {
      metadata.put("namespace", write.namespace());
    }
    return whole;
  }

  private static void label(ObjectNode metadata, String key, JsonNode value) {
    if (value.isTextual()) {
      metadata.withObject("/labels").put(key, value.asText());
    }
  }

  /** RFC 7396. */
  private static void merge(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> each : patch.properties()) {
      switch (each.getValue()) {
        case JsonNode none when none.isNull() -> target.remove(each.getKey());
        case ObjectNode inner when target.get(each.getKey()) instanceof ObjectNode there ->
            merge(there, inner);
        default -> target.set(each.getKey(), each.getValue());
      }
    }
  }

  /** Restores the object, unless the operator or an agent has already done so. */
  void restore(Write write, @Nullable GenericKubernetesResource before) {
    try {
      putBack(write, before);
    } catch (KubernetesClientException meanwhile) {
      if (meanwhile.getCode() != 404 && meanwhile.getCode() != 409) {
        throw meanwhile;
      }
    }
  }

  private void putBack(Write write, @Nullable GenericKubernetesResource before) {
    GenericKubernetesResource now = now(write);
    if (before == null) {
      if (now != null) {
        if (!now.getFinalizers().isEmpty()) {
          resource(admin, write).patch(MERGE, "{\"metadata\":{\"finalizers\":null}}");
        }
        resource(admin, write).delete();
      }
      return;
    }
    before.getMetadata().setResourceVersion(null);
    if (now == null) {
      before.getMetadata().setUid(null);
      admin.resource(before).create();
      return;
    }
    admin.resource(before).update();
    if (write.group().equals("weft.dev")) {
      admin.resource(before).updateStatus();
    }
  }

  private Resource<GenericKubernetesResource> resource(KubernetesClient client, Write write) {
    var all =
        client.genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup(write.group())
                .withVersion(write.version())
                .withKind(write.kind())
                .withPlural(write.plural())
                .withNamespaced(!write.namespace().isEmpty())
                .build());
    String name = filled(write.name());
    return write.namespace().isEmpty()
        ? all.withName(name)
        : all.inNamespace(write.namespace()).withName(name);
  }

  private GenericKubernetesResource generic(ObjectNode object) {
    return admin.getKubernetesSerialization().convertValue(object, GenericKubernetesResource.class);
  }

  private ObjectNode json(GenericKubernetesResource object) {
    return admin.getKubernetesSerialization().convertValue(object, ObjectNode.class);
  }

  @Override
  public void close() {
    stolen.close();
  }
}
