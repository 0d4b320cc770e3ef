package dev.weft.importer.multus;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Driver;
import dev.weft.api.Names;
import dev.weft.api.Subnet;
import dev.weft.api.validation.Validation;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.NetworkResource;
import dev.weft.importer.yaml.JsonText;
import dev.weft.importer.yaml.Value.Mapping;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A NetworkAttachmentDefinition, as a ContainerNetwork. */
final class MultusDefinition {
  private static final Set<String> SERVERS =
      Set.of(
          "creationTimestamp",
          "generation",
          "managedFields",
          "resourceVersion",
          "selfLink",
          "uid",
          "ownerReferences");
  private static final String APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final Cursor object;
  private final Notes notes;
  private final String namespace;
  private final String definition;

  private MultusDefinition(Cursor object) {
    this.object = object;
    this.notes = object.notes();
    Cursor metadata = object.get("metadata");
    this.namespace = metadata.get("namespace").text().orElse("default");
    this.definition = namespace + "/" + metadata.get("name").text().orElse("");
  }

  /** Namespace and name of a definition, joined by "/". */
  static String nameOf(Mapping object) {
    return new MultusDefinition(new Cursor("", object, new Notes())).definition;
  }

  /**
   * Converts a definition.
   *
   * @param resource name of the ContainerNetwork
   */
  static Imported read(Mapping object, String resource, UsedAddresses used) {
    return new MultusDefinition(new Cursor("", object, new Notes())).network(resource, used);
  }

  private Imported network(String resource, UsedAddresses used) {
    head();
    ContainerNetworkSpecBuilder spec = ContainerNetworkSpecBuilder.builder();
    List<Subnet> subnets = new ArrayList<>();
    String obstacle = configuration(spec, subnets, used);
    Set<String> namespaces = new TreeSet<>(used.namespaces(definition));
    namespaces.add(namespace);
    notes.say(
        "allowedNamespaces holds its own namespace and those of the pods that select it; Multus"
            + " may admit others");
    spec.subnets(subnets.isEmpty() ? null : subnets).allowedNamespaces(List.copyOf(namespaces));
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(
        new ObjectMetaBuilder()
            .withName(resource)
            .addToAnnotations(Names.MULTUS_ALIASES_ANNOTATION, definition)
            .build());
    network.setSpec(spec.build());
    object.rest(_ -> "a ContainerNetwork has no such field");
    if (obstacle == null) {
      obstacle = NetworkResource.fault(Validation.of(network));
    }
    if (obstacle == null && notes.isRefused()) {
      obstacle = "a value of it cannot be read, and to guess might lose its isolation";
    }
    if (obstacle != null) {
      notes.add(Fate.DROPPED, object.place(), definition, obstacle);
    }
    return new Imported("definition " + definition, List.of(network), notes, obstacle);
  }

  private void head() {
    object.get("apiVersion").take();
    object.get("kind").take();
    object.get("status").take();
    Cursor metadata = object.get("metadata");
    SERVERS.forEach(each -> metadata.get(each).take());
    metadata.get("annotations").get(APPLIED).take();
    metadata
        .get("annotations")
        .entries()
        .forEach((key, each) -> {
          if (key.equals("k8s.v1.cni.cncf.io/resourceName")) {
            each.dropped("Weft asks for no device of a device plugin");
          } else if (!key.equals(APPLIED)) {
            each.dropped("it tells Weft nothing");
          }
        });
    metadata.get("labels").entries().values().forEach(each -> each.dropped("it selects nothing"));
  }

  /** Reads the configuration; returns why the network cannot be written, or null. */
  private @Nullable String configuration(
      ContainerNetworkSpecBuilder spec, List<Subnet> subnets, UsedAddresses used) {
    Cursor text = object.get("spec").get("config");
    Optional<Mapping> json =
        text.as(it ->
            JsonText.read(text.place(), it) instanceof Mapping map
                ? map
                : refuse("a JSON object is expected"));
    if (json.isEmpty()) {
      return text.isPresent()
          ? "its configuration cannot be read"
          : "its configuration is a file on the nodes; put it into spec.config";
    }
    Cursor config = new Cursor("config", json.get(), notes);
    version(config);
    Cursor plugins = config.get("plugins");
    List<Cursor> chain = plugins.isPresent() ? plugins.items() : List.of(config);
    if (chain.isEmpty()) {
      return "its list of plugins is empty";
    }
    Cursor main = chain.getFirst();
    final Optional<String> other = CniInterface.read(main, spec);
    ContainerNetworkSpec made = spec.build();
    boolean routed = made.bridge() == null || made.bridge().gatewayMode() == null;
    CniAddresses addresses = CniAddresses.read(main.get("ipam"), used.blocks(definition));
    subnets.addAll(addresses.subnets(used, routed));
    boolean hasGateway = addresses.hasGateway() || Driver.BRIDGE.toString().equals(made.driver());
    if (other.isEmpty() && routed && hasGateway) {
      notes.say(
          "its gateway carries the default route of a pod, unless the pod's annotation says"
              + " defaultRoute: false");
    }
    chain.forEach(MultusDefinition::version);
    main.get("capabilities")
        .entries()
        .values()
        .forEach(each -> each.noted("the pod's annotation asks for addresses and a MAC address"));
    main.rest(_ -> "Weft has no such setting");
    chain.stream().skip(1).forEach(each -> chained(each, spec));
    config.rest(_ -> "it concerns only CNI plugins");
    return other.or(addresses::obstacle).orElse(null);
  }

  private static Mapping refuse(String why) {
    throw new IllegalArgumentException(why);
  }

  private static void version(Cursor config) {
    config.get("cniVersion").noted("Weft is no CNI plugin");
    config.get("name").noted("the network has the definition's name");
  }

  private static void chained(Cursor plugin, ContainerNetworkSpecBuilder spec) {
    Cursor type = plugin.get("type");
    String why =
        switch (type.text().orElse("")) {
          case "tuning" -> {
            plugin.get("mtu").number(0, 65535).filter(each -> each > 0).ifPresent(spec::mtu);
            yield "a pod's securityContext.sysctls sets what is safe; a MAC address is in its"
                + " annotation";
          }
          case "portmap" -> "ports of the node lead to the cluster's own network; use a Service";
          case "sbr" -> "Weft sets no routing rules in a pod";
          case "bandwidth" -> "Weft does not limit bandwidth";
          case "firewall" -> "Weft keeps its own rules; a NetworkPolicy does not cover the network";
          case "vrf" -> "Weft puts no interface into a VRF";
          default -> "Weft has no such plugin";
        };
    type.dropped(why);
    plugin.rest(_ -> why);
  }
}
