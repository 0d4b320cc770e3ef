package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkKind.Veth;
import dev.weft.netlink.rtnl.LinkKind.Vxlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NetlinkErrorTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  @Test
  void aDuplicateVxlanReportsTheKernelsMessage() {
    kernel.netlink().linkAdd(LinkSpec.of("vx0", Vxlan.vni(4096).port(4789).build()));
    NetlinkException error =
        failure(new Request.LinkAdd(LinkSpec.of("vx1", Vxlan.vni(4096).port(4789).build())));
    assertThat(error.errnoName()).isEqualTo("EEXIST");
    assertThat(error.operation()).isEqualTo("add link vx1 (vxlan 4096)");
    assertThat(error.explanation()).contains("VNI");
    assertThat(error)
        .hasMessageStartingWith("cannot add link vx1 (vxlan 4096): EEXIST (File exists): ");
  }

  @Test
  void aVniOutOfRangeReportsTheKernelsMessage() {
    NetlinkException error =
        failure(new Request.LinkAdd(LinkSpec.of("vx", Vxlan.vni(1 << 24).port(4789).build())));
    assertThat(error.errnoName()).isEqualTo("ERANGE");
    assertThat(error.explanation()).isNotBlank();
  }

  @Test
  void anMtuOutOfRangeReportsTheKernelsMessage() {
    int link = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    NetlinkException error =
        failure(new Request.LinkChange(link, LinkSettings.builder().mtu(60).build()));
    assertThat(error.errnoName()).isEqualTo("EINVAL");
    assertThat(error.explanation()).containsIgnoringCase("mtu");
    assertThat(error.operation()).isEqualTo("change link %d: mtu 60".formatted(link));
  }

  @Test
  void aMissingLinkIsNamedByItsNumber() {
    NetlinkException error = failure(new Request.LinkRemove(4711));
    assertThat(error.errnoName()).isEqualTo("ENODEV");
    assertThat(error)
        .hasMessageContaining("remove link 4711")
        .hasMessageContaining("No such device");
  }

  @Test
  void aClosedNamespaceIsRefusedByTheKernel() {
    NetworkNamespace other = kernel.another();
    other.close();
    int link = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    failure(new Request.LinkChange(link, LinkSettings.builder().namespace(other).build()));
    assertThat(kernel.netlink().link("br")).isPresent();
  }

  @Test
  void aClosedHandleReportsThatItIsClosed() {
    kernel.netlink().close();
    assertThat(catchThrowableOfType(IllegalStateException.class, () -> kernel.netlink().links()))
        .hasMessageContaining("closed");
  }

  private NetlinkException failure(Request request) {
    return catchThrowableOfType(NetlinkException.class, () -> kernel.netlink().execute(request));
  }
}
