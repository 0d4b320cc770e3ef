package dev.weft.e2e.bench.service;

import dev.weft.e2e.lab.Dockerd;
import dev.weft.e2e.lab.Lab;
import dev.weft.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A service of three tasks on a Swarm of three engines. */
final class SwarmRounds {
  private SwarmRounds() {}

  static List<Long> rounds(int wanted) throws Exception {
    try (Lab lab = Lab.create("weft-swarm")) {
      lab.install(Path.of("manifests"));
      List<Dockerd> engines = new ArrayList<>();
      try {
        for (int i = 1; i <= 3; i++) {
          engines.add(Dockerd.start(lab, lab.addNode(), i));
        }
        Dockerd manager = engines.getFirst();
        String address = lab.nodes().getFirst().address().getHostAddress();
        manager.docker("swarm", "init", "--advertise-addr", address);
        String token = manager.docker("swarm", "join-token", "-q", "worker");
        for (int i = 1; i < 3; i++) {
          engines
              .get(i)
              .docker(
                  "swarm",
                  "join",
                  "--advertise-addr",
                  lab.nodes().get(i).address().getHostAddress(),
                  "--token",
                  token,
                  address + ":2377");
        }
        manager.docker("network", "create", "-d", "overlay", "--subnet", "10.40.0.0/24", "shop");
        List<Long> rounds = new ArrayList<>();
        for (int round = 1; round <= wanted; round++) {
          rounds.add(round(engines, "round" + round));
        }
        return rounds;
      } finally {
        engines.forEach(Dockerd::stop);
      }
    }
  }

  private static long round(List<Dockerd> engines, String name) throws Exception {
    Dockerd manager = engines.getFirst();
    long start = System.nanoTime();
    manager.docker(
        "service",
        "create",
        "-d",
        "--name",
        name,
        "--network",
        "shop",
        "--replicas",
        "3",
        "--no-resolve-image",
        "--stop-grace-period",
        "0s",
        "--env",
        "SERVICE=" + name,
        "busybox",
        "busybox",
        "httpd",
        "-f",
        "-p",
        Integer.toString(WeftService.PORT));
    List<Long> processes = new ArrayList<>();
    Waits.until(() -> {
      processes.clear();
      processes.addAll(Waits.processes("SERVICE=" + name));
      return processes.size() == 3;
    });
    List<NetworkNamespace> sandboxes = new ArrayList<>();
    List<InetAddress> tasks = new ArrayList<>();
    for (Long each : processes) {
      NetworkNamespace sandbox = NetworkNamespace.open(Path.of("/proc/" + each + "/ns/net"));
      sandboxes.add(sandbox);
      tasks.add(InetAddress.ofLiteral(ownAddress(sandbox, "10.40.0.")));
    }
    long end = Waits.reach(sandboxes, tasks, WeftService.PORT);
    sandboxes.forEach(NetworkNamespace::close);
    manager.docker("service", "rm", name);
    Waits.until(() -> Waits.processes("SERVICE=" + name).isEmpty());
    return Waits.millis(end - start);
  }

  /** The task's own address. The service's address is a /32. */
  private static String ownAddress(NetworkNamespace sandbox, String prefix) {
    try (var netlink = dev.weft.netlink.rtnl.Netlink.open(sandbox)) {
      return netlink.addresses().stream()
          .map(each -> each.prefix())
          .filter(each -> each.length() == 24)
          .map(each -> each.address().getHostAddress())
          .filter(each -> each.startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }
}
