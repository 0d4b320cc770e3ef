package dev.weft.operator.network;

import dev.weft.api.HostNetwork;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the HostNetworks of a network.
 *
 * @param apply to write, because they are missing or differ
 * @param delete to delete, because their node should not carry the network
 * @param forget deleted ones to release from their finalizer, because their node is gone
 */
record HostNetworkChanges(
    List<HostNetwork> apply, List<HostNetwork> delete, List<HostNetwork> forget) {
  static final HostNetworkChanges NONE = new HostNetworkChanges(List.of(), List.of(), List.of());

  HostNetworkChanges {
    apply = List.copyOf(apply);
    delete = List.copyOf(delete);
    forget = List.copyOf(forget);
  }

  boolean isEmpty() {
    return apply.isEmpty() && delete.isEmpty() && forget.isEmpty();
  }

  /** Changes from the stored HostNetworks to the wanted ones, which are given by node. */
  static HostNetworkChanges of(ObservedNetwork observed, Map<String, HostNetwork> wanted) {
    List<HostNetwork> apply = new ArrayList<>(wanted.values());
    List<HostNetwork> delete = new ArrayList<>();
    List<HostNetwork> forget = new ArrayList<>();
    Set<String> busy = observed.endpointNodes();
    for (HostNetwork actual : observed.hostNetworks()) {
      String node = ObservedNetwork.nodeOf(actual);
      HostNetwork want = wanted.get(node);
      boolean gone = observed.node(node).isGone();
      boolean foreign = !observed.isOf(actual);
      if (want != null && (actual.isMarkedForDeletion() || foreign || isSame(actual, want))) {
        apply.remove(want);
      }
      if (actual.isMarkedForDeletion()) {
        if (gone) {
          forget.add(actual);
        }
      } else if (foreign || (want == null && (gone || !busy.contains(node)))) {
        delete.add(actual);
      }
    }
    apply.sort(Comparator.comparing(each -> each.getMetadata().getName()));
    return new HostNetworkChanges(apply, delete, forget);
  }

  /** Changes that remove the network from every node. */
  static HostNetworkChanges removal(ObservedNetwork observed) {
    return of(observed, Map.of());
  }

  private static boolean isSame(HostNetwork actual, HostNetwork wanted) {
    return Objects.equals(actual.getSpec(), wanted.getSpec())
        && nonNull(actual.getMetadata().getLabels())
            .entrySet()
            .containsAll(nonNull(wanted.getMetadata().getLabels()).entrySet())
        && actual.getMetadata().getFinalizers().containsAll(wanted.getMetadata().getFinalizers())
        && owners(actual).containsAll(owners(wanted));
  }

  private static List<String> owners(HasMetadata resource) {
    return resource.getMetadata().getOwnerReferences().stream().map(each -> each.getUid()).toList();
  }

  private static Map<String, String> nonNull(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
