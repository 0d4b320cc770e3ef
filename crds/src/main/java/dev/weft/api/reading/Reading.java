package dev.weft.api.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads stored objects of any kind. A part without the expected form counts as absent, so one bad
 * object does not stop a list or a watch. The log names each such object once. Objects of Weft's
 * own kinds carry their {@link Faults}. For watched kinds, only the fields that Weft uses are kept,
 * so a writer cannot make the object larger.
 */
public final class Reading {
  private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

  /** Maximum nesting depth; an API server accepts 10,000. */
  static final int NESTING = 20_000;

  private static final int REMEMBERED = 10_000;

  private final Consumer<String> counter;
  private final Map<String, Integer> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Creates a reader that counts unreadable objects.
   *
   * @param counter receives the kind of each partly unreadable object, once for each set of faults
   */
  public Reading(Consumer<String> counter) {
    this.counter = counter;
  }

  /** Mapper that tolerates unreadable parts. */
  public ObjectMapper mapper() {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(NESTING).build())
            .build();
    return new ObjectMapper(factory)
        .registerModule(
            new SimpleModule("weft-reading")
                .setDeserializerModifier(
                    new BeanDeserializerModifier() {
                      private static final long serialVersionUID = 1;

                      @Override
                      public JsonDeserializer<?> modifyDeserializer(
                          DeserializationConfig config,
                          BeanDescription bean,
                          JsonDeserializer<?> strict) {
                        return isStored(bean.getBeanClass())
                            ? new TolerantReader(
                                strict,
                                bean.getBeanClass().asSubclass(HasMetadata.class),
                                Reading.this::found)
                            : strict;
                      }
                    }));
  }

  /** Interceptor that drops unread fields from list responses. */
  public static Interceptor lists() {
    return new ListSieve();
  }

  private static boolean isStored(Class<?> type) {
    return HasMetadata.class.isAssignableFrom(type)
        && !Modifier.isAbstract(type.getModifiers())
        && !GenericKubernetesResource.class.isAssignableFrom(type);
  }

  private void found(Class<? extends HasMetadata> type, JsonNode object, List<Fault> faults) {
    String kind = type.getSimpleName();
    String name = object.path("metadata").path("name").asText();
    String namespace = object.path("metadata").path("namespace").asText();
    synchronized (known) {
      int hash = faults.hashCode();
      Integer before = known.put(kind + " " + namespace + "/" + name, hash);
      if (before != null && before == hash) {
        return;
      }
    }
    counter.accept(kind);
    LOG.atWarn()
        .addKeyValue("kind", kind)
        .addKeyValue("namespace", namespace)
        .addKeyValue("name", name)
        .log("unreadable in part, which counts as absent: {}", faults);
  }
}
