package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.NetlinkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EthtoolTest {
  @RegisterExtension private final FreshNamespace fresh = new FreshNamespace();

  @Test
  void aTunnelsChecksumsAreSwitchedOffAndOnAgain() {
    Link link =
        fresh.addIfKernelHas(LinkSpec.of("vx", LinkKind.Vxlan.vni(4096).port(4789).build()));
    Ethtool ethtool = fresh.closeLater(Ethtool.open(fresh.namespace()));
    assertThat(ethtool.txChecksum(link.index())).isTrue();

    ethtool.txChecksum(link.index(), false);
    assertThat(ethtool.txChecksum(link.index())).isFalse();

    ethtool.txChecksum(link.index(), true);
    assertThat(ethtool.txChecksum(link.index())).isTrue();
  }

  @Test
  void aLinkThatIsNotThereIsAnError() {
    Ethtool ethtool = fresh.closeLater(Ethtool.open(fresh.namespace()));

    assertThatExceptionOfType(NetlinkException.class)
        .isThrownBy(() -> ethtool.txChecksum(999))
        .withMessageContaining("link 999");
    assertThatExceptionOfType(NetlinkException.class)
        .isThrownBy(() -> ethtool.txChecksum(999, true))
        .withMessageContaining("link 999");
  }
}
