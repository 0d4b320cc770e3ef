package dev.weft.agent.doctor;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.api.Kernel;
import java.util.Map;
import java.util.Set;

/**
 * Facts about a node for the checks.
 *
 * @param capabilities effective capabilities of this process, as a mask ({@code capability.h})
 * @param kernel release, and usable features that the kernel lacks
 * @param ipv6 whether the kernel has IPv6
 * @param settings sysctls below {@code net/} by their path, such as {@code
 *     ipv4/conf/all/arp_ignore}; absent where the kernel has none
 * @param udpPorts ports that processes of the node listen on
 * @param tunnels ports of VXLAN devices of other programs, each with the name of a device
 * @param agentRuns whether a process listens on the agent's address
 * @param underlay source address of tunnels
 * @param runtimes sockets of container runtimes that exist, by the option that names them
 * @param descriptors number of file descriptors that a process may open
 */
public record CheckedNode(
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
  public CheckedNode {
    settings = Map.copyOf(settings);
    udpPorts = Set.copyOf(udpPorts);
    tunnels = Map.copyOf(tunnels);
    runtimes = Map.copyOf(runtimes);
  }
}
