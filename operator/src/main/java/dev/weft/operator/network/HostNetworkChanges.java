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
 * What is to be done with a network's HostNetworks.
 *
 * @param apply to be written: missing, or other than they should be
 * @param delete no longer wanted on their node
 * @param forget deleted, on nodes that are gone and will never say so
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

  /** What leads from the stored HostNetworks to the wanted ones, by node. */
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

  /** What takes the network off every node. */
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
