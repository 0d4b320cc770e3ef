package dev.weft.importer;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads Compose's YAML: anchors and merge keys as in YAML 1.1, but scalars as in 1.2, where {@code
 * 22:22} is no number in base sixty and {@code on} no truth.
 */
final class ComposeYaml {
  private static final int LONGEST = 4 << 20;
  private static final Pattern TRUTH = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+");

  private ComposeYaml() {}

  /**
   * The document's root.
   *
   * @throws IllegalArgumentException with line and column, if it is no YAML
   */
  static Object read(String text) {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(LONGEST);
    limits.setAllowDuplicateKeys(false);
    DumperOptions unused = new DumperOptions();
    Yaml yaml =
        new Yaml(
            new SafeConstructor(limits), new Representer(unused), unused, limits, new Scalars());
    try {
      Object root = yaml.load(text);
      if (root == null) {
        throw new IllegalArgumentException("the file is empty");
      }
      return root;
    } catch (YAMLException e) {
      throw new IllegalArgumentException("this is no YAML: " + e.getMessage(), e);
    }
  }

  private static final class Scalars extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.BOOL, TRUTH, "tTfF");
      addImplicitResolver(Tag.INT, NUMBER, "-+0123456789");
      addImplicitResolver(Tag.MERGE, MERGE, "<");
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
      addImplicitResolver(Tag.NULL, EMPTY, null);
    }
  }
}
