package dev.weft.importer.translate;

import dev.weft.importer.ledger.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network that the tasks of a workload attach to.
 *
 * @param network name of the ContainerNetwork
 * @param overlay whether it is known to be an overlay
 * @param ips requested addresses, without a prefix
 * @param wishes cursors of the requested addresses and MAC address, to report those that cannot be
 *     granted
 */
public record Attach(
    String network,
    boolean overlay,
    List<String> ips,
    @Nullable String mac,
    @Nullable String device,
    List<Cursor> wishes) {
  public Attach {
    ips = List.copyOf(ips);
    wishes = List.copyOf(wishes);
  }

  public static Attach to(String network, boolean overlay) {
    return new Attach(network, overlay, List.of(), null, null, List.of());
  }

  boolean isPlain() {
    return ips.isEmpty() && mac == null;
  }
}
