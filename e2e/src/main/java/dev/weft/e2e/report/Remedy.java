package dev.weft.e2e.report;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reasons for skipped tests, each with the command or step that makes them run. */
enum Remedy {
  ROOT("needs root", "no root", "sudo ./weft test"),
  PACKAGES(
      "lua5\\.1|tcpdump|promtool|docker\\.io|busybox-static|nftables is|nft is",
      "programs of Debian packages are missing",
      "./weft test --all"),
  API_SERVER(
      "kube-apiserver|embedded API server|real API server",
      "no kube-apiserver and etcd",
      "KUBEBUILDER_ASSETS=/folder/with/kube-apiserver/and/etcd ./weft test, or"
          + " WEFT_KUBERNETES=1.34.1 ./weft test"),
  KUBELETS(
      "WEFT_KUBE",
      "no kubelets",
      "WEFT_KUBE=/folder/with/scripts ./weft test (docs/internals/lab.md)"),
  KUBECTL("kubectl", "no kubectl", "put kubectl 1.21 or later into PATH"),
  CLUSTER(
      "WEFT_CLUSTER",
      "no cluster is given",
      "WEFT_CLUSTER=kubeconfig ./weft test (CONTRIBUTING.md)"),
  IMAGES("weft images", "no images are built", "./weft images"),
  ENGINE("Docker engine|image .* is not available", "no Docker engine", "start a Docker engine"),
  ON_DEMAND("ask for it with|benchmark", "they run on demand", "the option in the reason"),
  MACHINE(
      "machine with ESP",
      "no machine with ESP",
      "e2e/src/main/sh/machine --prepare, and read what it reports"),
  KERNEL(
      "this kernel|encryption needs|802\\.1Q",
      "this kernel lacks a feature",
      "a kernel that has it; what the machine with ESP ran is not listed here");

  private final Pattern reason;
  private final String summary;
  private final String command;

  Remedy(String reason, String summary, String command) {
    this.reason = Pattern.compile(reason);
    this.summary = summary;
    this.command = command;
  }

  String summary() {
    return summary;
  }

  String command() {
    return command;
  }

  /** The first remedy that matches the reason of a skipped test; empty if none is known. */
  static Optional<Remedy> of(String reason) {
    return Arrays.stream(values()).filter(each -> each.reason.matcher(reason).find()).findFirst();
  }
}
