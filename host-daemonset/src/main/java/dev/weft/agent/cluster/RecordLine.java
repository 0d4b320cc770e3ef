package dev.weft.agent.cluster;

/** One line of the file of a {@link NodeRecord}: a change of a page. */
sealed interface RecordLine {
  /** Name of the page. */
  String page();

  /** An object is new or changed. */
  record Put(String page, String key, String json) implements RecordLine {
    @Override
    public String toString() {
      return "+ %s %s %s".formatted(page, key, json);
    }
  }

  /** An object is gone. */
  record Remove(String page, String key) implements RecordLine {
    @Override
    public String toString() {
      return "- %s %s".formatted(page, key);
    }
  }

  /** The page has all objects. */
  record Complete(String page) implements RecordLine {
    @Override
    public String toString() {
      return "= " + page;
    }
  }

  /** The page is gone, with its objects. */
  record End(String page) implements RecordLine {
    @Override
    public String toString() {
      return "/ " + page;
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static RecordLine parse(String line) {
    String[] parts = line.split(" ", 4);
    String sign = parts[0] + parts.length;
    return switch (sign) {
      case "+4" -> new Put(parts[1], parts[2], parts[3]);
      case "-3" -> new Remove(parts[1], parts[2]);
      case "=2" -> new Complete(parts[1]);
      case "/2" -> new End(parts[1]);
      default ->
          throw new IllegalArgumentException(
              "it has the line '%s'".formatted(line.substring(0, Math.min(40, line.length()))));
    };
  }
}
