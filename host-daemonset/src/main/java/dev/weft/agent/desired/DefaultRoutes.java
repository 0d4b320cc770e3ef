package dev.weft.agent.desired;

import dev.weft.api.Attachment;
import dev.weft.api.Driver;
import dev.weft.api.HostNetworkSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Which of its networks leads a sandbox out. */
final class DefaultRoutes {
  private DefaultRoutes() {}

  /**
   * The network that carries the default route: the first that asks for it, or else the first that
   * leads out and does not refuse.
   *
   * @param attachments what a sandbox asks for, in order
   * @param instruction the instruction for a network, if there is one
   */
  static Optional<String> carrier(
      List<Attachment> attachments, Function<String, Optional<HostNetworkSpec>> instruction) {
    return attachments.stream()
        .filter(each -> Boolean.TRUE.equals(each.defaultRoute()))
        .findFirst()
        .or(() ->
            attachments.stream()
                .filter(each -> !Boolean.FALSE.equals(each.defaultRoute()))
                .filter(each ->
                    instruction.apply(each.network()).filter(DefaultRoutes::leadsOut).isPresent())
                .findFirst())
        .map(Attachment::network);
  }

  private static boolean leadsOut(HostNetworkSpec spec) {
    Optional<Driver> driver = Driver.of(spec.driver());
    boolean routed =
        driver.filter(each -> each == Driver.BRIDGE || each == Driver.MACVLAN).isPresent();
    return routed
        && !Boolean.TRUE.equals(spec.internal())
        && spec.subnets() != null
        && spec.subnets().stream().anyMatch(each -> each.gateway() != null);
  }
}
