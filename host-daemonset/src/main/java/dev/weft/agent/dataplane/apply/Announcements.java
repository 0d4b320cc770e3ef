package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.SandboxHandle;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Announces the addresses of new interfaces by gratuitous ARP or unsolicited neighbour
 * advertisement. A neighbour may still have an entry for an earlier holder, also in an overlay.
 */
record Announcements(HostKernel kernel, DeviceLookup devices, FailedChanges failed) {
  private static final int IFF_RUNNING = 0x40;
  private static final int LOOKS = 250;
  private static final Duration PAUSE = Duration.ofMillis(2);

  void send(List<Change> changes) {
    Map<DeviceName, Item.Device> cameUp = new HashMap<>();
    for (Change change : changes) {
      switch (change) {
        case Change.Create(Item.Device device) when isInSandbox(device) ->
            cameUp.put(device.inner(), device);
        case Change.Alter(Item.Device before, Item.Device device, _)
            when isInSandbox(device) && !before.innerUp() ->
            cameUp.put(device.inner(), device);
        case Change.Create _, Change.Alter _, Change.Remove _ -> {}
      }
    }
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Address address) && !failed.has(change)) {
        Item.Device device = cameUp.get(address.device());
        if (device != null) {
          failed.attempt(change, () -> announce(device, address.prefix().address()));
        }
      }
    }
  }

  private static boolean isInSandbox(Item.Device device) {
    return !device.inner().place().isNode();
  }

  private void announce(Item.Device device, InetAddress address) {
    MacAddress mac = device.kind() instanceof DeviceKind.Veth veth ? veth.peerMac() : device.mac();
    Optional<SandboxHandle> sandbox = kernel.enter(device.inner().place().sandbox());
    if (sandbox.isPresent()) {
      if (device.port().isPresent()) {
        awaitForwarding(device.name().name());
      }
      try (PacketSocket socket =
          PacketSocket.open(
              sandbox.get().namespace(),
              devices.resolve(device.inner()),
              LanFrames.protocol(address))) {
        socket.send(LanFrames.announcement(mac, address));
      }
    }
  }

  /**
   * Waits until the bridge forwards for a port. It starts once the kernel's link watch has seen the
   * carrier, usually at once.
   */
  private void awaitForwarding(String port) {
    for (int look = 0; look < LOOKS && !isRunning(port); look++) {
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private boolean isRunning(String port) {
    return kernel
        .netlink()
        .link(port)
        .filter(link -> (link.flags() & IFF_RUNNING) != 0)
        .isPresent();
  }
}
