package dev.weft.api.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.async.ByteBufferFeeder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Drops unread fields from list responses as they arrive. The client buffers a whole response
 * before it parses it, so dropped fields take no memory. A response that is not a JSON object
 * passes unchanged.
 */
final class ListSieve implements Interceptor {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(Reading.NESTING).build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(Reading.NESTING).build())
          .build();

  @Override
  public AsyncBody.Consumer<List<ByteBuffer>> consumer(
      AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
    URI uri = request.uri();
    boolean watch = uri.getQuery() != null && uri.getQuery().contains("watch=true");
    if (!"GET".equals(request.method()) || watch) {
      return consumer;
    }
    String path = uri.getPath();
    Part part = ReadParts.ofList(path.substring(path.lastIndexOf('/') + 1));
    try {
      return new Receiver(consumer, part);
    } catch (IOException e) {
      return consumer;
    }
  }

  private static final class Receiver implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private final Sieve sieve;
    private final JsonParser parser;
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final JsonGenerator generator;
    private boolean begun;
    private boolean plain;

    Receiver(AsyncBody.Consumer<List<ByteBuffer>> consumer, Part part) throws IOException {
      this.consumer = consumer;
      sieve = new Sieve(part);
      parser = JSON.createNonBlockingByteBufferParser();
      generator = JSON.createGenerator(passed);
    }

    @Override
    public void consume(List<ByteBuffer> received, AsyncBody body) throws Exception {
      List<ByteBuffer> out = new ArrayList<>();
      for (ByteBuffer each : received) {
        if (!begun && each.hasRemaining()) {
          begun = true;
          plain = each.get(each.position()) != '{';
        }
        out.add(plain ? each : sifted(each));
      }
      out.removeIf(each -> !each.hasRemaining());
      if (out.isEmpty()) {
        body.consume();
      } else {
        consumer.consume(out, body);
      }
    }

    private ByteBuffer sifted(ByteBuffer received) throws IOException {
      ByteBuffer whole = received.duplicate();
      try {
        ((ByteBufferFeeder) parser.getNonBlockingInputFeeder()).feedInput(received);
        for (JsonToken token = parser.nextToken();
            token != null && token != JsonToken.NOT_AVAILABLE;
            token = parser.nextToken()) {
          copy(token);
        }
      } catch (IOException e) {
        // the parser of the whole response reports the error
        plain = true;
        generator.flush();
        passed.reset();
        return whole;
      }
      generator.flush();
      ByteBuffer sifted = ByteBuffer.wrap(passed.toByteArray());
      passed.reset();
      return sifted;
    }

    private void copy(JsonToken token) throws IOException {
      if (!sieve.passes(token, token == JsonToken.FIELD_NAME ? parser.currentName() : null)) {
        return;
      }
      if (token == JsonToken.VALUE_STRING && parser.getTextLength() > sieve.longest()) {
        generator.writeString(parser.getTextCharacters(), parser.getTextOffset(), sieve.longest());
      } else {
        generator.copyCurrentEventExact(parser);
      }
    }
  }
}
