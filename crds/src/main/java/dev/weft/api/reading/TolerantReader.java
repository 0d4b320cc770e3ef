package dev.weft.api.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one object; a part that cannot be read counts as absent. */
final class TolerantReader extends DelegatingDeserializer {
  private static final long serialVersionUID = 1;

  /** Maximum nesting depth that is read; deeper parts count as absent. */
  private static final int DEEPEST = 100;

  private final Class<? extends HasMetadata> kind;
  private final transient Found found;

  /** Receives the faults of an object that could not be read completely. */
  interface Found {
    void accept(Class<? extends HasMetadata> kind, JsonNode object, List<Fault> faults);
  }

  TolerantReader(JsonDeserializer<?> strict, Class<? extends HasMetadata> kind, Found found) {
    super(strict);
    this.kind = kind;
    this.found = found;
  }

  @Override
  protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> strict) {
    return new TolerantReader(strict, kind, found);
  }

  @Override
  public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    List<Fault> faults = new ArrayList<>();
    TokenBuffer tokens = copy(parser, context, faults);
    if (faults.isEmpty()) {
      try {
        return read(tokens.asParserOnFirstToken(), context);
      } catch (IOException | RuntimeException e) {
        // read again below, without the unreadable parts
      }
    }
    JsonNode tree = context.readTree(tokens.asParserOnFirstToken());
    if (!(tree instanceof ObjectNode root)) {
      return read(tokens.asParserOnFirstToken(), context);
    }
    return readRest(root, faults, parser, context);
  }

  private Object readRest(
      ObjectNode root, List<Fault> faults, JsonParser parser, DeserializationContext context)
      throws IOException {
    boolean ours = isOurs();
    Pruning pruning = new Pruning(root, faults, ours);
    while (true) {
      try {
        JsonParser again = root.traverse(parser.getCodec());
        again.nextToken();
        Object object = read(again, context);
        found.accept(kind, root, pruning.faults());
        if (ours && object instanceof HasMetadata resource) {
          Faults.attach(resource, pruning.faults());
        }
        return object;
      } catch (IOException | RuntimeException e) {
        if (!pruning.takeOut(e)) {
          throw e;
        }
      }
    }
  }

  private boolean isOurs() {
    return Names.GROUP.equals(HasMetadata.getGroup(kind));
  }

  private Object read(JsonParser parser, DeserializationContext context) throws IOException {
    return Objects.requireNonNull(_delegatee.deserialize(parser, context));
  }

  /**
   * Copies the tokens that are read. Nulls of foreign objects are dropped, because callers do not
   * expect them.
   */
  private TokenBuffer copy(JsonParser parser, DeserializationContext context, List<Fault> faults)
      throws IOException {
    boolean nulls = isOurs();
    Sieve sieve = new Sieve(ReadParts.of(kind.getSimpleName()));
    TokenBuffer copy = context.bufferForInputBuffering(parser);
    FieldPath place = new FieldPath();
    @Nullable String name = null;
    do {
      JsonToken token = parser.currentToken();
      if (token == null) {
        break;
      }
      boolean isName = token == JsonToken.FIELD_NAME;
      if (!sieve.passes(token, isName ? parser.currentName() : null)) {
        continue;
      }
      if (isName) {
        name = parser.currentName();
        place.field(name);
        continue;
      }
      if (!nulls && token == JsonToken.VALUE_NULL && place.depth() > 0) {
        name = null;
        continue;
      }
      if (name != null) {
        copy.writeFieldName(name);
        name = null;
      }
      if (token.isStructStart() && place.depth() >= DEEPEST) {
        faults.add(
            new Fault(
                place.toString(),
                "this is nested more than %d levels deep".formatted(DEEPEST),
                "remove it"));
        parser.skipChildren();
        boolean _ = sieve.passes(parser.currentToken(), null);
        copy.writeNull();
        continue;
      }
      place.pass(token);
      if (token == JsonToken.VALUE_STRING && parser.getTextLength() > sieve.longest()) {
        copy.writeString(parser.getText().substring(0, sieve.longest()));
      } else {
        copy.copyCurrentEvent(parser);
      }
      if (place.depth() == 0) {
        break;
      }
    } while (parser.nextToken() != null);
    return copy;
  }
}
