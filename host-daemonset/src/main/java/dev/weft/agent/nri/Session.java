package dev.weft.agent.nri;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plugin's session with a runtime, from its registration until one side ends it. */
final class Session implements Trunk.Receiver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** Position in the order of plugins, two digits: in the middle. */
  private static final String INDEX = "50";

  private static final int AT_ONCE = 64;
  private static final int READ = 64 * 1024;
  private static final Duration REGISTRATION = Duration.ofSeconds(5);

  private final SocketChannel channel;
  private final PluginCalls calls;
  private final ReentrantLock sending = new ReentrantLock();
  private final Semaphore places = new Semaphore(AT_ONCE);

  private Session(SocketChannel channel, Plugin plugin) {
    this.channel = channel;
    this.calls = new PluginCalls(plugin);
  }

  /**
   * Connects to a runtime.
   *
   * @throws IOException if no runtime listens
   */
  static Session open(Path socket, Plugin plugin) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new Session(channel, plugin);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Registers the plugin and serves calls; returns when the runtime ends the session.
   *
   * @throws IOException if the session ended in any other way
   */
  void serve(String name) throws IOException {
    send(Trunk.RUNTIME, PluginCalls.register(name, INDEX, REGISTRATION));
    Trunk trunk = new Trunk();
    ByteBuffer bytes = ByteBuffer.allocate(READ);
    while (channel.read(bytes) >= 0) {
      trunk.take(bytes.flip(), this);
      bytes.clear();
    }
  }

  @Override
  public void called(Message request) {
    if (request.type() == Message.REQUEST) {
      places.acquireUninterruptibly();
      Thread.ofVirtual().name("nri call").start(() -> answer(request));
    }
  }

  @Override
  public void answered(Message response) throws MalformedMessage {
    Optional<String> refusal = PluginCalls.refusal(response);
    if (refusal.isPresent()) {
      throw new MalformedMessage("the runtime did not take the plugin: " + refusal.get());
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(Message request) {
    try {
      send(Trunk.PLUGIN, calls.answer(request));
      if (calls.endWith(request)) {
        // the runtime adds the plugin when it has this answer, and removes it when the stream ends
        channel.shutdownOutput();
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("an answer came too late: the session has ended");
    } finally {
      places.release();
    }
  }

  private void send(int connection, Message message) throws IOException {
    ByteBuffer framed = Trunk.framed(connection, message);
    sending.lock();
    try {
      while (framed.hasRemaining()) {
        channel.write(framed);
      }
    } finally {
      sending.unlock();
    }
  }
}
