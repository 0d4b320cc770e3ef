package dev.weft.e2e.bench.attach;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The NRI part of a container runtime: it reports sandboxes, which others create, to its plugins
 * and waits for the answers. It has no sandbox when a plugin joins.
 */
final class NriRuntime implements AutoCloseable {
  private static final int PLUGIN = 1;
  private static final int RUN = 1;
  private static final int STOP = 2;
  private static final byte REQUEST = 1;
  private static final byte RESPONSE = 2;

  /** Key of the error field of an answer: number 1, length-delimited. */
  private static final byte FAILURE = (1 << 3) | 2;

  private final ServerSocketChannel server;
  private final BlockingQueue<Plugin> plugins = new LinkedBlockingQueue<>();

  private NriRuntime(ServerSocketChannel server) {
    this.server = server;
  }

  /** Listens on a new socket. */
  static NriRuntime open(Path socket) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    NriRuntime runtime = new NriRuntime(server);
    Thread.ofPlatform().daemon().name("nri runtime").start(runtime::accept);
    return runtime;
  }

  /** The next plugin that has registered and received the empty list of sandboxes. */
  Plugin plugin(Duration patience) throws InterruptedException {
    Plugin plugin = plugins.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (plugin == null) {
      throw new IllegalStateException("no plugin has joined within " + patience);
    }
    return plugin;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        Plugin plugin = new Plugin(server.accept());
        plugin.join();
        plugins.add(plugin);
      } catch (IOException e) {
        if (server.isOpen()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /** A plugin; one call at a time. */
  static final class Plugin {
    private final SocketChannel channel;
    private final DataInputStream in;
    private int stream = 1;

    private Plugin(SocketChannel channel) {
      this.channel = channel;
      this.in = new DataInputStream(Channels.newInputStream(channel));
    }

    private void join() throws IOException {
      Frame register = read();
      send(register.connection, register.stream, RESPONSE, new Bytes().bytes(2, new byte[0]));
      call("Configure", new Bytes().text(2, "benchmark").text(3, "0").number(5, 2000));
      call("Synchronize", new Bytes());
    }

    /** Reports a starting sandbox; returns when the plugin allows the start. */
    void run(Sandbox sandbox) throws IOException {
      change(RUN, sandbox);
    }

    /** Reports an ended sandbox. */
    void stop(Sandbox sandbox) throws IOException {
      change(STOP, sandbox);
    }

    private void change(int event, Sandbox sandbox) throws IOException {
      call("StateChange", new Bytes().number(1, event).bytes(2, sandbox.encoded()));
    }

    private void call(String method, Bytes payload) throws IOException {
      stream += 2;
      send(
          PLUGIN,
          stream,
          REQUEST,
          new Bytes()
              .text(1, "nri.pkg.api.v1alpha1.Plugin")
              .text(2, method)
              .bytes(3, payload.toBytes()));
      Frame answer = read();
      if (answer.stream != stream || answer.isFailure()) {
        throw new IOException("%s: %s".formatted(method, UTF_8.decode(answer.body)));
      }
    }

    /** A message of a plugin, shorter than a frame. */
    private record Frame(int connection, int stream, ByteBuffer body) {
      boolean isFailure() {
        return body.hasRemaining() && body.get(0) == FAILURE;
      }
    }

    private Frame read() throws IOException {
      int connection = in.readInt();
      in.readInt();
      byte[] body = new byte[in.readInt()];
      int of = in.readInt();
      in.readShort();
      in.readFully(body);
      return new Frame(connection, of, ByteBuffer.wrap(body));
    }

    private void send(int connection, int of, byte type, Bytes message) throws IOException {
      byte[] body = message.toBytes();
      ByteBuffer framed = ByteBuffer.allocate(18 + body.length);
      framed.putInt(connection).putInt(10 + body.length);
      framed.putInt(body.length).putInt(of).put(type).put((byte) 0).put(body).flip();
      while (framed.hasRemaining()) {
        channel.write(framed);
      }
    }
  }

  /**
   * A pod's sandbox.
   *
   * @param id also its pod's UID
   * @param netns file of its namespace
   * @param networks its attach annotation
   */
  record Sandbox(String id, Path netns, String networks) {
    private byte[] encoded() {
      return new Bytes()
          .text(1, id)
          .text(2, id)
          .text(3, id)
          .text(4, "default")
          .bytes(6, new Bytes().text(1, "weft.dev/networks").text(2, networks).toBytes())
          .bytes(
              8,
              new Bytes()
                  .bytes(5, new Bytes().text(1, "network").text(2, netns.toString()).toBytes())
                  .toBytes())
          .toBytes();
    }
  }

  /** Fields of a protobuf message. */
  private static final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes number(int field, int value) {
      varint(field << 3);
      varint(value);
      return this;
    }

    Bytes text(int field, String value) {
      return bytes(field, value.getBytes(UTF_8));
    }

    Bytes bytes(int field, byte[] value) {
      varint((field << 3) | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] toBytes() {
      return out.toByteArray();
    }

    private void varint(int value) {
      int left = value;
      for (; left > 127; left >>>= 7) {
        out.write((left & 127) | 128);
      }
      out.write(left);
    }
  }
}
