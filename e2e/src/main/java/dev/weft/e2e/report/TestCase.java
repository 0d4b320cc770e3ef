package dev.weft.e2e.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * One test of a Surefire report.
 *
 * @param module the folder of the module
 * @param type the simple name of the class
 * @param name the name of the test, with its arguments
 * @param outcome result of the test
 * @param reason why it was skipped, empty if it was not
 */
record TestCase(String module, String type, String name, Outcome outcome, String reason) {
  enum Outcome {
    PASSED,
    FAILED,
    SKIPPED
  }

  /** The tests of every report in a folder {@code MODULE/target/surefire-reports}. */
  static List<TestCase> in(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    Path whole = folder.toAbsolutePath().normalize();
    String name = whole.getName(Math.max(0, whole.getNameCount() - 3)).toString();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("TEST-.*[.]xml"))
          .sorted()
          .flatMap(file -> read(name, file))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<TestCase> read(String module, Path file) {
    try {
      var cases =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getElementsByTagName("testcase");
      return IntStream.range(0, cases.getLength())
          .mapToObj(at -> of(module, (Element) cases.item(at)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SAXException | ParserConfigurationException e) {
      throw new IllegalStateException("%s is no report: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static TestCase of(String module, Element element) {
    String type = element.getAttribute("classname").replaceFirst(".*[.]", "");
    String name = element.getAttribute("name");
    Element skipped = (Element) element.getElementsByTagName("skipped").item(0);
    if (skipped != null) {
      return new TestCase(module, type, name, Outcome.SKIPPED, reason(skipped));
    }
    boolean failed =
        element.getElementsByTagName("failure").getLength()
                + element.getElementsByTagName("error").getLength()
            > 0;
    return new TestCase(module, type, name, failed ? Outcome.FAILED : Outcome.PASSED, "");
  }

  /** The message of a disabled test, or that of the exception that aborted it. */
  private static String reason(Element skipped) {
    String message = skipped.getAttribute("message");
    String text = message.isEmpty() ? skipped.getTextContent().strip() : message;
    return text.lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^[\\w.]+(Exception|Error): ", "")
        .replaceFirst("^Assumption failed: ", "")
        .strip();
  }
}
