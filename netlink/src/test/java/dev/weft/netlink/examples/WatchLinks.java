package dev.weft.netlink.examples;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Monitor;
import dev.weft.netlink.rtnl.Notification;
import java.util.EnumSet;
import java.util.function.Consumer;

/** Prints links that change or are removed, until the monitor is closed. */
final class WatchLinks {
  private WatchLinks() {}

  static Monitor watch(NetworkNamespace namespace, Consumer<String> lines) {
    Monitor monitor = Monitor.open(namespace, EnumSet.of(Monitor.Group.LINKS));
    Thread.ofPlatform()
        .start(() -> {
          var next = monitor.next();
          while (next.isPresent()) {
            switch (next.get()) {
              case Notification.LinkChanged(var link) -> lines.accept(link.name() + " changed");
              case Notification.LinkRemoved(var link) -> lines.accept(link.name() + " removed");
              case Notification.Overrun() -> lines.accept("notifications were lost: dump again");
              default -> {}
            }
            next = monitor.next();
          }
        });
    return monitor;
  }
}
