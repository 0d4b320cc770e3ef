package dev.weft.importer;

import dev.weft.importer.multus.MultusCluster;
import dev.weft.importer.multus.MultusReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Imports from a cluster that uses Multus. */
@Command(
    name = "multus",
    description =
        "Prints the NetworkAttachmentDefinitions of a cluster or of files as resources, with the"
            + " addresses in use reserved. What these cannot say is in comments, and in a table at"
            + " the end. Nothing is changed.",
    mixinStandardHelpOptions = true)
final class ImportMultus implements Callable<Integer> {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The cluster; when absent, as kubectl finds it.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description =
          "Manifests instead of a cluster: definitions, whereabouts' IPPools and reservations,"
              + " pods.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--strict", description = "Exit status 3 if anything was dropped.")
  private boolean strict;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    return Summary.print(
        files.isEmpty() ? MultusCluster.read(kubeconfig) : MultusReader.files(files),
        Objects.requireNonNull(spec, "picocli sets it"),
        strict);
  }
}
