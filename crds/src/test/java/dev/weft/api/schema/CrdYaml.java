package dev.weft.api.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The CustomResourceDefinitions that are generated from the types. */
final class CrdYaml {
  static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(
          ContainerNetwork.class,
          OverlayService.class,
          Mesh.class,
          HostNetwork.class,
          MeshNode.class,
          NetworkEndpoint.class);

  static final String REGENERATE = "mvn -pl crds -am test -Dweft.crds=write";

  /** The generator writes bounds of whole numbers as 1.6777215E7. */
  private static final Pattern BOUND = Pattern.compile("((?:min|max)imum: )([0-9.E]+)");

  /** kubectl reads YAML 1.1, in which these words of an enum are booleans. */
  private static final Pattern YAML_1_1_BOOLEAN =
      Pattern.compile("(?im)^( *- )(true|false|yes|no|on|off)$");

  private CrdYaml() {}

  /** Returns the YAML of each definition by file name. */
  static SortedMap<String, String> generate() {
    var output = new Memory();
    var generator = new CRDGenerator().withMinQuotes(true).withOutput(output);
    generator.withPostProcessor(new SchemaDetails());
    KINDS.forEach(kind -> generator.customResourceClasses(kind));
    generator.generate();
    SortedMap<String, String> files = new TreeMap<>();
    output.streams.forEach(
        (name, bytes) -> files.put(name.replace("-v1", ".yaml"), text(bytes.toString(UTF_8))));
    return files;
  }

  private static String text(String generated) {
    String body = generated.substring(generated.indexOf('\n') + 1);
    String quoted = YAML_1_1_BOOLEAN.matcher(body).replaceAll("$1'$2'");
    String whole =
        BOUND
            .matcher(quoted)
            .replaceAll(bound -> bound.group(1) + new BigDecimal(bound.group(2)).toBigInteger());
    return "# Generated from the Java types by: " + REGENERATE + "\n" + whole;
  }

  private record Memory(Map<String, ByteArrayOutputStream> streams)
      implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    Memory() {
      this(new TreeMap<>());
    }

    @Override
    public ByteArrayOutputStream outputFor(String name) {
      return streams.computeIfAbsent(name, ignored -> new ByteArrayOutputStream());
    }

    @Override
    public URI crdURI(String name) {
      return URI.create("file:///" + name);
    }

    @Override
    public void close() {}
  }
}
