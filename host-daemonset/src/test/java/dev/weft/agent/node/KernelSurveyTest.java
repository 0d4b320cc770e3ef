package dev.weft.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.NetworkNamespace;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packet filter is asked for each of its modules by a rule that needs it. */
class KernelSurveyTest {
  @Test
  void whatTheFilterRefusesIsNamedAndTheRestIsTriedToo() {
    Map<String, String> rules = new LinkedHashMap<>();
    rules.put("of no kernel", "meta iifkind { \"veth\" } no such expression");
    rules.putAll(KernelSurvey.FILTER_RULES);

    try (NetworkNamespace namespace = NetworkNamespace.createUnnamed()) {
      assertThat(KernelSurvey.refused(namespace, rules)).containsExactly("of no kernel");
    }
  }

  @Test
  void eachModuleOfTheRequirementsIsTried() {
    assertThat(KernelSurvey.FILTER_RULES)
        .containsOnlyKeys("nft_xfrm", "nft_fib_inet", "nft_socket");
  }
}
