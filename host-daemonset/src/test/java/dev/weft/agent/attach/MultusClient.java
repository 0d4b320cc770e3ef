package dev.weft.agent.attach;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;

/**
 * An entry as programs in Go read it: {@code NetworkStatus} of
 * github.com/k8snetworkplumbingwg/network-attachment-definition-client. A value of another type is
 * an error, an absent one is empty, false or 0, and an unknown field is ignored.
 */
record MultusClient(
    String name,
    @JsonProperty("interface") String interfaceName,
    List<String> ips,
    String mac,
    int mtu,
    @JsonProperty("default") boolean isDefault,
    Dns dns,
    @JsonProperty("device-info") JsonNode deviceInfo,
    List<String> gateway) {
  MultusClient {
    ips = ips == null ? List.of() : List.copyOf(ips);
    gateway = gateway == null ? List.of() : List.copyOf(gateway);
  }

  /** Resolver settings of a network. */
  record Dns(List<String> nameservers, String domain, List<String> search, List<String> options) {}

  static List<MultusClient> read(String annotation) {
    try {
      return JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(com.fasterxml.jackson.databind.MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build()
          .readValue(annotation, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(annotation, e);
    }
  }
}
