package dev.weft.agent.nri;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Translates the calls of one session between protobuf and a {@link Plugin}. */
final class PluginCalls {
  private static final Logger LOG = LoggerFactory.getLogger(PluginCalls.class);
  private static final String RUNTIME_SERVICE = "nri.pkg.api.v1alpha1.Runtime";
  private static final String PLUGIN_SERVICE = "nri.pkg.api.v1alpha1.Plugin";
  private static final int FIRST_STREAM = 1;
  private static final int MOST_SANDBOXES = 100_000;

  /** gRPC status code. */
  private static final int UNKNOWN = 2;

  private static final int UNIMPLEMENTED = 12;

  private final Plugin plugin;
  private final List<PodSandbox> listed = new ArrayList<>();
  private volatile int last;

  PluginCalls(Plugin plugin) {
    this.plugin = plugin;
  }

  /** The plugin's own call that opens a session. */
  static Message register(String name, String index, Duration timeout) {
    return new Message(
        FIRST_STREAM,
        Message.REQUEST,
        new FieldWriter()
            .text(1, RUNTIME_SERVICE)
            .text(2, "RegisterPlugin")
            .message(3, new FieldWriter().text(1, name).text(2, index))
            .number(4, timeout.toNanos())
            .encoded());
  }

  /** The error in an answer; empty for success. */
  static Optional<String> refusal(Message response) throws MalformedMessage {
    FieldReader fields = new FieldReader(response.body());
    long code = 0;
    String message = "";
    while (fields.next()) {
      if (fields.number() == 1) {
        FieldReader status = fields.message();
        while (status.next()) {
          switch (status.number()) {
            case 1 -> code = status.scalar();
            case 2 -> message = status.text();
            default -> {}
          }
        }
      }
    }
    return code == 0 ? Optional.empty() : Optional.of(message);
  }

  /** Whether the plugin ends the session after this call. */
  boolean endWith(Message request) {
    return request.stream() == last && plugin.isDone();
  }

  /** The answer to a call. */
  Message answer(Message request) {
    FieldWriter answer;
    try {
      answer = answer(new FieldReader(request.body()), request.stream());
    } catch (MalformedMessage e) {
      answer = failure(UNKNOWN, "the call cannot be read: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a call of the container runtime failed");
      answer = failure(UNKNOWN, e.toString());
    }
    return new Message(request.stream(), Message.RESPONSE, answer.encoded());
  }

  private FieldWriter answer(FieldReader request, int stream) throws MalformedMessage {
    String service = "";
    String method = "";
    FieldReader payload = new FieldReader(new byte[0]);
    while (request.next()) {
      switch (request.number()) {
        case 1 -> service = request.text();
        case 2 -> method = request.text();
        case 3 -> payload = request.message();
        default -> {}
      }
    }
    if (!service.equals(PLUGIN_SERVICE)) {
      return failure(UNIMPLEMENTED, "there is no service '%.60s' here".formatted(service));
    }
    return switch (method) {
      case "Configure" -> success(configure(payload));
      case "Synchronize" -> success(synchronize(payload, stream));
      case "StateChange" -> changed(payload);
      // nothing else is subscribed to; an empty answer has no effect
      default -> success(new FieldWriter());
    };
  }

  private FieldWriter configure(FieldReader payload) throws MalformedMessage {
    String name = "";
    String version = "";
    long millis = 0;
    while (payload.next()) {
      switch (payload.number()) {
        case 2 -> name = payload.text();
        case 3 -> version = payload.text();
        case 5 -> millis = payload.scalar();
        default -> {}
      }
    }
    long mask =
        plugin
            .configure(
                "%.60s %.60s".formatted(name, version),
                Duration.ofMillis(Math.clamp(millis, 0, Integer.MAX_VALUE)))
            .stream()
            .mapToLong(event -> 1L << (event - 1))
            .sum();
    return new FieldWriter().number(2, mask);
  }

  private FieldWriter synchronize(FieldReader payload, int stream) throws MalformedMessage {
    List<PodSandbox> sandboxes = new ArrayList<>();
    boolean more = false;
    while (payload.next()) {
      switch (payload.number()) {
        case 1 -> sandboxes.add(PodSandbox.read(payload.message()));
        case 3 -> more = payload.flag();
        default -> {}
      }
    }
    List<PodSandbox> whole;
    synchronized (listed) {
      if (listed.size() + sandboxes.size() > MOST_SANDBOXES) {
        throw new MalformedMessage("more than %d sandboxes".formatted(MOST_SANDBOXES));
      }
      listed.addAll(sandboxes);
      whole = List.copyOf(listed);
      if (!more) {
        listed.clear();
      }
    }
    if (more) {
      return new FieldWriter().number(2, 1);
    }
    plugin.synchronize(whole);
    last = stream;
    return new FieldWriter();
  }

  private FieldWriter changed(FieldReader payload) throws MalformedMessage {
    long event = 0;
    FieldReader sandbox = new FieldReader(new byte[0]);
    while (payload.next()) {
      switch (payload.number()) {
        case 1 -> event = payload.scalar();
        case 2 -> sandbox = payload.message();
        default -> {}
      }
    }
    return plugin
        .changed((int) event, PodSandbox.read(sandbox))
        .map(why -> failure(UNKNOWN, why))
        .orElseGet(() -> success(new FieldWriter()));
  }

  private static FieldWriter success(FieldWriter payload) {
    return new FieldWriter().message(2, payload);
  }

  private static FieldWriter failure(int code, String message) {
    return new FieldWriter().message(1, new FieldWriter().number(1, code).text(2, message));
  }
}
