package dev.weft.agent.desired;

import dev.weft.api.Attachment;
import dev.weft.api.Driver;
import dev.weft.api.HostNetworkSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Chooses the attachment that carries a sandbox's default route. */
final class DefaultRoutes {
  private DefaultRoutes() {}

  /**
   * Index of the attachment with the default route: the first that requests it. If none does, the
   * first that does not decline it on a bridge or macvlan network with a gateway; internal networks
   * have no way out.
   *
   * @param attachments attachments of a sandbox, in order
   * @param hostNetwork finds the HostNetwork of a network
   */
  static OptionalInt carrier(
      List<Attachment> attachments, Function<String, Optional<HostNetworkSpec>> hostNetwork) {
    OptionalInt asked = first(attachments, each -> Boolean.TRUE.equals(each.defaultRoute()));
    return asked.isPresent()
        ? asked
        : first(
            attachments,
            each ->
                !Boolean.FALSE.equals(each.defaultRoute())
                    && hostNetwork
                        .apply(each.network())
                        .filter(DefaultRoutes::leadsOut)
                        .isPresent());
  }

  private static OptionalInt first(List<Attachment> attachments, Predicate<Attachment> which) {
    return IntStream.range(0, attachments.size())
        .filter(i -> which.test(attachments.get(i)))
        .findFirst();
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
