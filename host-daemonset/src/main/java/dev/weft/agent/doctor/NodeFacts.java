package dev.weft.agent.doctor;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.api.Kernel;
import java.util.Map;
import java.util.Set;

/**
 * A node as the checks see it.
 *
 * @param capabilities the effective ones of this process, as a mask ({@code capability.h})
 * @param kernel release, and the features that Weft can use and the kernel lacks
 * @param ipv6 whether the kernel has IPv6
 * @param settings sysctls below {@code net/} by their path, such as {@code
 *     ipv4/conf/all/arp_ignore}; absent where the kernel has none
 * @param udpPorts ports that processes of the node listen on
 * @param tunnels ports of VXLAN devices that are not Weft's, with a device's name
 * @param agentRuns whether a process listens where an agent does
 * @param underlay where tunnels start
 * @param runtimes sockets of container runtimes that exist, by the option that names them
 * @param descriptors how many file descriptors a process may open
 */
public record NodeFacts(
    long capabilities,
    Kernel kernel,
    boolean ipv6,
    Map<String, String> settings,
    Set<Integer> udpPorts,
    Map<Integer, String> tunnels,
    boolean agentRuns,
    LocalVtep underlay,
    Map<String, String> runtimes,
    long descriptors) {
  public NodeFacts {
    settings = Map.copyOf(settings);
    udpPorts = Set.copyOf(udpPorts);
    tunnels = Map.copyOf(tunnels);
    runtimes = Map.copyOf(runtimes);
  }
}
