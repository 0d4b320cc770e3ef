package dev.weft.agent.dataplane.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.NodeSettings;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.GuardSet;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.xfrm.XfrmDirection;
import dev.weft.netlink.xfrm.XfrmPolicyId;
import dev.weft.netlink.xfrm.XfrmPolicySpec;
import dev.weft.netlink.xfrm.XfrmSelector;
import dev.weft.netlink.xfrm.XfrmStateId;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each refusal of the kernel is reported with cause and remedy. */
class FailuresTest {
  private static final int LAST_ERRNO = 133;

  /** Errors with which netlink may answer well-formed requests. */
  private static final Set<String> USUAL =
      Set.of(
          "EPERM",
          "ENOENT",
          "ESRCH",
          "EINTR",
          "EIO",
          "ENXIO",
          "E2BIG",
          "EAGAIN",
          "ENOMEM",
          "EACCES",
          "EBUSY",
          "EEXIST",
          "ENODEV",
          "EINVAL",
          "ENFILE",
          "EMFILE",
          "ENOSPC",
          "EROFS",
          "EMLINK",
          "ERANGE",
          "ENAMETOOLONG",
          "ENOSYS",
          "ELOOP",
          "EXFULL",
          "EOVERFLOW",
          "EMSGSIZE",
          "ENOPROTOOPT",
          "EPROTONOSUPPORT",
          "EOPNOTSUPP",
          "EAFNOSUPPORT",
          "EADDRINUSE",
          "EADDRNOTAVAIL",
          "ENETDOWN",
          "ENETUNREACH",
          "EHOSTUNREACH",
          "ENOBUFS",
          "ETIMEDOUT");

  private static final MacAddress MAC = MacAddress.parse("02:42:0a:4d:00:02");
  private static final InetAddress IPV4 = InetAddress.ofLiteral("10.77.0.2");
  private static final InetAddress IPV6 = InetAddress.ofLiteral("fd77::2");
  private static final Owner NETWORK = Owner.network("00000001-0000-4000-8000-000000000000");
  private static final Owner ENDPOINT = Owner.endpoint(NETWORK.uid(), "pod.eth0");
  private static final DeviceName INSIDE =
      new DeviceName(new NamespaceRef("/run/netns/pod"), "eth0");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final HostKernel kernel =
      new HostKernel(node.namespace().duplicate(), new NodeSettings(Optional.empty()));

  @AfterEach
  void nothingStays() {
    kernel.close();
    lab.close();
  }

  private static Item.Device device(Owner owner, DeviceName name, DeviceKind kind) {
    return new Item.Device(owner, name, kind, MAC, 1500, true, Optional.empty());
  }

  private static Item.Device macvlan(LinkKind.Macvlan.Mode mode) {
    return device(ENDPOINT, INSIDE, new DeviceKind.Macvlan("nic", mode));
  }

  /** One item of each kind that the agent changes. */
  private static List<Item> items() {
    return List.of(
        device(NETWORK, DeviceName.onNode("wb-1"), new DeviceKind.Bridge()),
        device(
            NETWORK,
            DeviceName.onNode("wv-1"),
            new DeviceKind.Vxlan(4242, 4789, Optional.of(IPV4), true)),
        device(ENDPOINT, DeviceName.onNode("we-1"), new DeviceKind.Veth(INSIDE, MAC, true)),
        macvlan(LinkKind.Macvlan.Mode.BRIDGE),
        macvlan(LinkKind.Macvlan.Mode.PASSTHRU),
        device(NETWORK, DeviceName.onNode("nic.50"), new DeviceKind.Vlan("nic", 50)),
        device(NETWORK, DeviceName.onNode("other"), new DeviceKind.Other("dummy")),
        new Item.Address(ENDPOINT, INSIDE, new IpPrefix(IPV4, 24)),
        new Item.Address(ENDPOINT, INSIDE, new IpPrefix(IPV6, 64)),
        new Item.Route(ENDPOINT, INSIDE, IpPrefix.ALL_IPV4, Optional.of(IPV4)),
        new Item.Route(NETWORK, DeviceName.onNode("wm-1"), IpPrefix.host(IPV4), Optional.empty()),
        new Item.Forward(NETWORK, "wv-1", MAC, Optional.of(IPV4)),
        new Item.Neighbour(NETWORK, "wb-1", IPV4, MAC),
        new Item.Setting(Item.Setting.FORWARD_IPV4, "1"),
        new Item.Filter("table inet weft {}"),
        new GuardItem.Table(true),
        new GuardItem.Entry(ENDPOINT, GuardSet.PORTS, "\"we-1\"", ""),
        new IpsecItem.SecurityState(XfrmStateId.esp(IPV4, 0x1234), IPV4),
        new IpsecItem.SecurityPolicy(
            XfrmPolicySpec.block(
                XfrmPolicyId.of(
                    XfrmDirection.OUT,
                    XfrmSelector.between(IpPrefix.host(IPV4), IpPrefix.host(IPV4)).udpTo(4790)),
                1)),
        new IpsecItem.EspPort(IPV4, 4500));
  }

  private static List<Change> changes(Item item) {
    return List.of(new Change.Create(item), new Change.Remove(item, "it is not desired"));
  }

  private static NetlinkException refusal(int errno) {
    return new NetlinkException("do what was asked", errno, null);
  }

  @Test
  void everyErrorOfEveryRequestHasACauseAndACure() {
    for (Item item : items()) {
      for (int errno = 1; errno <= LAST_ERRNO; errno++) {
        NetlinkException error = refusal(errno);
        for (Change change : changes(item)) {
          assertThat(Failures.explain(change, error, kernel))
              .as("%s of %s", error.errnoName(), change)
              .satisfies(FailuresTest::isOfUse);
        }
        if (USUAL.contains(error.errnoName())) {
          assertThat(Cause.of(item, error.errnoName()).why())
              .as("%s of %s", error.errnoName(), item)
              .doesNotContain("unusual");
        }
      }
    }
  }

  /** Checks that the message gives more than the error's name, and a remedy other than waiting. */
  private static void isOfUse(Problem problem) {
    assertThat(problem.problem()).doesNotMatch(".*failed: .*").doesNotContain("UDP port 0");
    assertThat(problem.problem().replaceAll("\\(cannot .*\\)$", ""))
        .doesNotContainPattern("\\bE[A-Z0-9]{3,}\\b");
    assertThat(problem.remedy()).isNotBlank().doesNotStartWith("the agent tries again");
  }

  @Test
  void thereIsAnItemOfEachKind() {
    Set<Class<?>> kinds = new HashSet<>();
    for (Item item : items()) {
      kinds.add(item.getClass());
      if (item instanceof Item.Device device) {
        kinds.add(device.kind().getClass());
      }
    }
    assertThat(kinds).containsAll(leaves(DeviceKind.class)).containsAll(leaves(Item.class));
  }

  private static List<Class<?>> leaves(Class<?> type) {
    List<Class<?>> leaves = new ArrayList<>();
    for (Class<?> each : type.getPermittedSubclasses()) {
      if (each.isSealed()) {
        leaves.addAll(leaves(each));
      } else {
        leaves.add(each);
      }
    }
    return leaves;
  }

  @Test
  void whatIsAnAttachmentsOwnIsNoProblemOfItsNetwork() {
    for (Item item : items()) {
      for (String errno : USUAL) {
        Problem problem = Failures.explain(new Change.Create(item), refusal(number(errno)), kernel);
        if (item.owner().equals(ENDPOINT)) {
          assertThat(problem.endpoint()).as("%s of %s", errno, item).isEqualTo("pod.eth0");
        } else if (item instanceof Item.Forward || item instanceof Item.Neighbour) {
          assertThat(problem.isOfPeer()).as("%s of %s", errno, item).isTrue();
        } else {
          assertThat(problem.endpoint()).as("%s of %s", errno, item).isEmpty();
        }
      }
    }
  }

  private static int number(String errno) {
    for (int number = 1; number <= LAST_ERRNO; number++) {
      if (refusal(number).errnoName().equals(errno)) {
        return number;
      }
    }
    throw new AssertionError(errno);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "Error: Could not process rule: Operation not supported, modprobe nf_tables",
    "Error: Could not process rule: No such file or directory, modprobe nf_tables",
    "Error: Could not process rule: Operation not permitted, capabilities",
    "cannot allocate memory, free memory on the node",
    "something else, kernel's log"
  })
  void aMessageOfLibnftablesHasACureToo(String words, String cure) {
    Problem problem =
        Failures.explain(
            new Change.Create(new Item.Filter("table inet weft {}")),
            new NftablesException(words),
            kernel);

    assertThat(problem.remedy()).contains(cure);
    assertThat(problem.problem()).contains(words);
  }

  @Test
  void aSettingThatTheAgentMayNotWriteIsNamedWithTheCommandThatSetsIt() {
    Problem problem =
        Failures.explain(
            new Change.Create(new Item.Setting(Item.Setting.FORWARD_IPV4, "1")),
            new UncheckedIOException(
                new FileSystemException("/proc/sys/net", null, "Read-only file system")),
            kernel);

    assertThat(problem.remedy()).contains("sysctl -w net.ipv4.ip_forward=1");
  }

  @Test
  void whatWasNotAskedForHasACauseToo() {
    Stream.of(
            new ApplyError.SandboxGone(INSIDE.place()),
            new ApplyError.DeviceMissing(INSIDE),
            new ApplyError.NotShut(4790),
            new ApplyError.NotIsolated(),
            new ApplyError.TunnelStays(),
            new ApplyError.RoutesAtRisk())
        .forEach(error ->
            assertThat(
                    Failures.explain(
                        new Change.Create(macvlan(LinkKind.Macvlan.Mode.BRIDGE)), error, kernel))
                .satisfies(FailuresTest::isOfUse));
  }

  @Test
  void aPassThatEndsEarlyHasACauseAndACureToo() {
    for (String errno : USUAL) {
      assertThat(Failures.ofPass(refusal(number(errno))))
          .as(errno)
          .satisfies(FailuresTest::isOfUse)
          .extracting(Problem::problem)
          .asString()
          .doesNotContain("unusual");
    }
    assertThat(Failures.ofPass(new NftablesException("Error: No buffer space available")).remedy())
        .contains("free memory");
    assertThat(Failures.ofPass(new IllegalStateException()).toString())
        .contains("IllegalStateException", "agent's log");
  }

  @Test
  void theCausesThatOnlyTheirRequestHasAreNamed() {
    Item passthru = macvlan(LinkKind.Macvlan.Mode.PASSTHRU);
    Item bridged = macvlan(LinkKind.Macvlan.Mode.BRIDGE);
    Item tunnel = items().get(1);
    Map.of(
            Cause.of(passthru, "EINVAL"), "Passthru needs a parent for itself",
            Cause.of(bridged, "EBUSY"), "receives all frames of 'nic'",
            Cause.of(bridged, "ENETDOWN"), "'nic' is down",
            Cause.of(bridged, "EADDRINUSE"), "has this MAC address",
            Cause.of(bridged, "EEXIST"), "another interface named eth0",
            Cause.of(tunnel, "EEXIST"), "another network namespace",
            Cause.of(tunnel, "EADDRINUSE"), "UDP port 4789 is in use")
        .forEach((cause, words) -> assertThat(cause.why()).contains(words));
  }
}
