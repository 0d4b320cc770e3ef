package dev.weft.operator.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;

/** Event sources that list page by page, so a response is no larger than one page. */
public final class PagedLists {
  /** Objects per page. */
  public static final long PAGE = 100;

  private PagedLists() {}

  /** Event source of {@code type} that triggers reconciliations of {@code primary}. */
  public static <R extends HasMetadata> InformerEventSourceConfiguration.Builder<R> from(
      Class<R> type, Class<? extends HasMetadata> primary) {
    return InformerEventSourceConfiguration.from(type, primary).withInformerListLimit(PAGE);
  }

  /** Event source of a kind without a Java type. */
  public static InformerEventSourceConfiguration.Builder<GenericKubernetesResource> from(
      GroupVersionKind kind, Class<? extends HasMetadata> primary) {
    return InformerEventSourceConfiguration.from(kind, primary).withInformerListLimit(PAGE);
  }
}
