package dev.weft.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A shell script that has run in a named network namespace, as another program on a node would.
 *
 * @param status its exit status
 * @param output what it printed to both of its outputs
 */
public record Script(int status, String output) {
  /** Runs a script of POSIX sh to its end, whatever its status. */
  public static Script run(String namespace, String text) {
    try {
      Process process =
          new ProcessBuilder("nsenter", "--net=/run/netns/" + namespace, "sh", "-c", text)
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Script(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
