package dev.weft.e2e.cluster;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.time.Duration;

/** The sandboxes of a lab's pods, and how they reach each other. */
record LabSandboxes(Lab lab) {
  NetworkNamespace of(String pod) {
    return lab.sandbox(pod).orElseThrow();
  }

  InetAddress address(String pod, String network) {
    return new Cluster(lab.client())
        .endpoints(network).stream()
            .filter(each -> each.getSpec().sandbox() != null)
            .filter(each -> pod.equals(each.getSpec().sandbox().pod()))
            .map(each -> IpPrefix.parse(each.getSpec().address()).address())
            .findFirst()
            .orElseThrow();
  }

  boolean reaches(String from, String to, String network) {
    return Ping.once(of(from), address(to, network), Duration.ofSeconds(5)).isPresent();
  }

  SteadyPing steadyPing(String from, String to, String network) {
    return SteadyPing.start(of(from), address(to, network), Duration.ofSeconds(3));
  }
}
