package dev.weft.importer.yaml;

import dev.weft.importer.yaml.Value.Broken;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Meeting;
import dev.weft.importer.yaml.Value.Scalar;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * Reads the documents of a file: anchors, merge keys, Compose's tags, and the position of each
 * value.
 */
public final class YamlReader {
  private static final int LONGEST = 16 << 20;
  private static final int DEEPEST = 200;

  /** Maximum number of values in a document, after which Compose gives up as well. */
  private static final long MOST = 100_000;

  /** Replaces what a text in the file's encoding must not contain. */
  private static final char UNREADABLE = '\uFFFD';

  private final String file;
  private final IdentityHashMap<Node, Value> read = new IdentityHashMap<>();
  private final IdentityHashMap<Value, Long> sizes = new IdentityHashMap<>();
  private final IdentityHashMap<Node, Boolean> open = new IdentityHashMap<>();

  private YamlReader(String file) {
    this.file = file;
  }

  /**
   * Reads the documents of a file, except empty ones.
   *
   * @throws UnreadableFile with file and line, if it is not YAML
   */
  public static List<Value> read(String file, byte[] content) {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(LONGEST);
    limits.setNestingDepthLimit(DEEPEST);
    limits.setMaxAliasesForCollections(Integer.MAX_VALUE);
    DumperOptions unused = new DumperOptions();
    Yaml yaml = new Yaml(new SafeConstructor(limits), new Representer(unused), unused, limits);
    List<Value> documents = new ArrayList<>();
    try {
      for (Node each : yaml.composeAll(new StringReader(text(content)))) {
        YamlReader reader = new YamlReader(file);
        Value document = reader.value(each);
        if (reader.size(document) > MOST) {
          throw new UnreadableFile(
              document.place(),
              "its aliases expand to more than %d values; write fewer of them".formatted(MOST));
        }
        if (!(document instanceof Scalar scalar && scalar.kind() == Value.Kind.NOTHING)) {
          documents.add(document);
        }
      }
    } catch (MarkedYAMLException e) {
      var mark = e.getProblemMark();
      throw new UnreadableFile(
          new SourcePosition(file, mark == null ? 1 : mark.getLine() + 1, 1),
          "this is no YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new UnreadableFile(
          new SourcePosition(file, 1, 1), "this is no YAML: " + e.getMessage());
    }
    return documents;
  }

  private static String text(byte[] content) {
    Charset charset = StandardCharsets.UTF_8;
    if (content.length > 1 && (content[0] & 0xff) == 0xfe && (content[1] & 0xff) == 0xff) {
      charset = StandardCharsets.UTF_16BE;
    } else if (content.length > 1 && (content[0] & 0xff) == 0xff && (content[1] & 0xff) == 0xfe) {
      charset = StandardCharsets.UTF_16LE;
    }
    StringBuilder text = new StringBuilder();
    String decoded = new String(content, charset);
    (decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded)
        .codePoints()
        .map(each -> isPrintable(each) ? each : UNREADABLE)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  /** Whether YAML 1.2 defines a character as printable (section 5.1). */
  private static boolean isPrintable(int each) {
    return each == '\t'
        || each == '\n'
        || each == '\r'
        || each == 0x85
        || (each >= 0x20 && each <= 0x7e)
        || (each >= 0xa0 && each <= 0xd7ff)
        || (each >= 0xe000 && each <= 0xfffd && each != 0xfeff)
        || each >= 0x10000;
  }

  private Value value(Node node) {
    Value known = read.get(node);
    if (known != null) {
      return known;
    }
    if (open.put(node, true) != null) {
      throw new UnreadableFile(place(node), "the anchor holds itself; remove the alias to it");
    }
    Value value =
        switch (node) {
          case ScalarNode scalar -> scalar(scalar);
          case SequenceNode list ->
              new Listing(
                  place(node), meeting(node), list.getValue().stream().map(this::value).toList());
          case MappingNode map -> mapping(map);
          default -> throw new UnreadableFile(place(node), "an alias without its anchor");
        };
    open.remove(node);
    read.put(node, value);
    return value;
  }

  private Value scalar(ScalarNode node) {
    String written = node.getValue();
    String tag = node.getTag().getValue();
    if (written.indexOf(UNREADABLE) >= 0) {
      return new Broken(
          place(node),
          meeting(node),
          written,
          "it holds bytes that are no UTF-8; save it as UTF-8");
    }
    if (tag.equals(Tag.BINARY.getValue())) {
      return new Broken(place(node), meeting(node), written, "Compose supports no binary values");
    }
    boolean plain = (node.isPlain() && !tag.equals(Tag.STR.getValue())) || isImplicit(node);
    return plain
        ? Plain.of(place(node), meeting(node), written)
        : new Scalar(place(node), meeting(node), Value.Kind.TEXT, written, written);
  }

  /** Whether a plain scalar has no explicit tag; a tag would make its span longer than its text. */
  private static boolean isImplicit(ScalarNode node) {
    int tagged = node.getEndMark().getIndex() - node.getStartMark().getIndex();
    return node.isPlain() && tagged <= Math.max(node.getValue().length(), 1) + 1;
  }

  private Mapping mapping(MappingNode node) {
    SequencedMap<String, Value> entries = new LinkedHashMap<>();
    Map<String, SourcePosition> own = new HashMap<>();
    for (NodeTuple each : node.getValue()) {
      if (isMerge(each.getKeyNode())) {
        merged(each.getValueNode(), own, entries);
        continue;
      }
      if (!(each.getKeyNode() instanceof ScalarNode key)) {
        throw new UnreadableFile(place(each.getKeyNode()), "a key must be a text");
      }
      SourcePosition earlier = own.put(key.getValue(), place(key));
      if (earlier != null) {
        throw new UnreadableFile(
            place(key),
            "duplicate key '%s', it is at line %d already; remove one"
                .formatted(key.getValue(), earlier.line()));
      }
      entries.put(key.getValue(), value(each.getValueNode()));
    }
    return new Mapping(place(node), meeting(node), entries);
  }

  private static boolean isMerge(Node key) {
    return key instanceof ScalarNode scalar && scalar.isPlain() && scalar.getValue().equals("<<");
  }

  /** Adds merged entries: the mapping's own entries win, then those merged first. */
  private void merged(Node source, Map<String, SourcePosition> own, Map<String, Value> entries) {
    switch (value(source)) {
      case Mapping map ->
          map.entries()
              .forEach((key, value) -> {
                if (!own.containsKey(key)) {
                  entries.putIfAbsent(key, value);
                }
              });
      case Listing list when source instanceof SequenceNode nodes ->
          nodes.getValue().forEach(each -> merged(each, own, entries));
      case Value other ->
          throw new UnreadableFile(other.place(), "<< needs an object or a list of them");
    }
  }

  private static Meeting meeting(Node node) {
    return switch (node.getTag().getValue()) {
      case "!reset" -> Meeting.RESET;
      case "!override" -> Meeting.OVERRIDE;
      default -> Meeting.MERGE;
    };
  }

  private SourcePosition place(Node node) {
    return new SourcePosition(
        file, node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1);
  }

  private long size(Value value) {
    Long known = sizes.get(value);
    if (known != null) {
      return known;
    }
    long size = 1;
    switch (value) {
      case Listing list -> {
        for (Value each : list.items()) {
          size = Math.min(MOST + 1, size + size(each));
        }
      }
      case Mapping map -> {
        for (Value each : map.entries().values()) {
          size = Math.min(MOST + 1, size + size(each));
        }
      }
      case Scalar _, Broken _ -> {}
    }
    sizes.put(value, size);
    return size;
  }
}
