package dev.weft.e2e.machine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes in the machine, and writes a file with the result of each test. */
final class TestsInside implements TestExecutionListener {
  private final Path folder;
  private final AtomicInteger count = new AtomicInteger();

  private TestsInside(Path folder) {
    this.folder = folder;
  }

  /**
   * Runs them.
   *
   * @param arguments the folder for results, and the names of the classes
   */
  public static void main(String[] arguments) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Arrays.stream(arguments)
                    .skip(1)
                    .<ClassSelector>map(DiscoverySelectors::selectClass)
                    .toList())
            .build();
    LauncherFactory.create().execute(request, new TestsInside(Path.of(arguments[0])));
    System.exit(0);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.isTest()) {
      System.out.println("machine: " + nameOf(test));
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    write(new Result(nameOf(test), Result.Status.SKIPPED, reason));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    String text = result.getThrowable().map(TestsInside::trace).orElse("");
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          write(new Result(nameOf(test), Result.Status.PASSED, text));
        }
      }
      case ABORTED -> write(new Result(nameOf(test), Result.Status.SKIPPED, text));
      case FAILED -> write(new Result(nameOf(test), Result.Status.FAILED, text));
    }
  }

  private void write(Result result) {
    try {
      Path unfinished = folder.resolve("unfinished");
      Files.writeString(unfinished, result.toText());
      Files.move(unfinished, folder.resolve("%04d".formatted(count.incrementAndGet())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String nameOf(TestIdentifier test) {
    Optional<String> known =
        test.getSource()
            .flatMap(source ->
                switch (source) {
                  case MethodSource method ->
                      Optional.of(
                          method.getJavaClass().getSimpleName() + "." + test.getDisplayName());
                  case ClassSource type -> Optional.of(type.getJavaClass().getSimpleName());
                  default -> Optional.empty();
                });
    return known.orElse(test.getDisplayName());
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
