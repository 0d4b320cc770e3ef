package dev.weft.e2e.machine;

import java.util.List;

/** A capture by tcpdump on a link of the machine, from the moment it listens. */
final class WireTap implements AutoCloseable {
  private static int taps;

  private final Guest guest;
  private final String name;

  private WireTap(Guest guest, String name) {
    this.guest = guest;
    this.name = name;
  }

  /** Starts on the wire between the nodes. */
  static WireTap ofWire(Guest guest) {
    return begin(guest, "tcpdump -i wire");
  }

  /** Starts on every link of a namespace. */
  static WireTap ofNamespace(Guest guest, String namespace) {
    return begin(guest, "ip netns exec %s tcpdump -i any".formatted(namespace));
  }

  private static WireTap begin(Guest guest, String tcpdump) {
    String name = "tap-" + ++taps;
    guest.run(
        """
        %1$s -U --immediate-mode -s 0 -w %2$s/%3$s </dev/null >/dev/null 2>/run/%3$s &
        echo $! >/run/%3$s.pid
        until grep -q listening /run/%3$s; do read -rt 0.05 <>/run/never || true; done
        """
            .formatted(tcpdump, guest.share(), name));
    return new WireTap(guest, name);
  }

  /** The frames captured so far, each from its link-layer header on. */
  List<byte[]> frames() {
    return new CapturedFile(guest.share().resolve(name)).frames();
  }

  @Override
  public void close() {
    guest.run("kill $(cat /run/%s.pid)".formatted(name));
  }
}
