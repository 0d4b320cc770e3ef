package dev.weft.operator.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;

/** Sources that list what they watch page by page: an answer is no larger than one page. */
public final class PagedLists {
  /** Objects of one answer. */
  public static final long PAGE = 100;

  private PagedLists() {}

  /** A source of a kind for the sake of another. */
  public static <R extends HasMetadata> InformerEventSourceConfiguration.Builder<R> from(
      Class<R> type, Class<? extends HasMetadata> primary) {
    return InformerEventSourceConfiguration.from(type, primary).withInformerListLimit(PAGE);
  }

  /** A source of a kind that has no type. */
  public static InformerEventSourceConfiguration.Builder<GenericKubernetesResource> from(
      GroupVersionKind kind, Class<? extends HasMetadata> primary) {
    return InformerEventSourceConfiguration.from(kind, primary).withInformerListLimit(PAGE);
  }
}
