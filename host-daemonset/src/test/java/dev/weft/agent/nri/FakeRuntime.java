package dev.weft.agent.nri;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The runtime's side of NRI, on a socket of its own. */
final class FakeRuntime implements AutoCloseable {
  private static final int SECONDS = 20;

  private final Path socket;
  private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
  private ServerSocketChannel server;

  FakeRuntime(Path socket) throws IOException {
    this.socket = socket;
    server = listen();
  }

  private ServerSocketChannel listen() throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    opened.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(() -> accept(opened));
    return opened;
  }

  private void accept(ServerSocketChannel from) {
    try {
      while (true) {
        Peer peer = new Peer(from.accept());
        peers.add(peer);
        Thread.ofVirtual().start(peer::read);
      }
    } catch (IOException e) {
      // closed
    }
  }

  /** Waits for the next plugin that connects. */
  Peer next() throws InterruptedException {
    Peer peer = peers.poll(SECONDS, TimeUnit.SECONDS);
    if (peer == null) {
      throw new AssertionError("no plugin has connected");
    }
    return peer;
  }

  void restart() throws IOException {
    close();
    server = listen();
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(socket);
  }

  static FieldWriter pod(String name, String networks, String netns) {
    return new FieldWriter()
        .text(1, "id-" + name)
        .text(2, name)
        .text(3, "uid-" + name)
        .text(4, "default")
        .message(6, new FieldWriter().text(1, "weft.dev/networks").text(2, networks))
        .message(
            8, new FieldWriter().message(5, new FieldWriter().text(1, "network").text(2, netns)))
        .number(9, netns.isEmpty() ? 0 : ProcessHandle.current().pid());
  }

  /** A connected plugin. */
  static final class Peer implements Trunk.Receiver {
    final CompletableFuture<Message> registration = new CompletableFuture<>();
    final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final SocketChannel channel;
    private final Map<Integer, CompletableFuture<Message>> answers = new ConcurrentHashMap<>();
    private final AtomicInteger streams = new AtomicInteger(-1);

    Peer(SocketChannel channel) {
      this.channel = channel;
    }

    private void read() {
      Trunk trunk = new Trunk();
      ByteBuffer bytes = ByteBuffer.allocate(1024);
      try {
        while (channel.read(bytes) >= 0) {
          trunk.take(bytes.flip(), this);
          bytes.clear();
        }
        channel.close();
      } catch (IOException e) {
        // closed
      }
      gone.complete(null);
    }

    @Override
    public void called(Message answer) {
      answers.get(answer.stream()).complete(answer);
    }

    @Override
    public void answered(Message request) {
      registration.complete(request);
    }

    /** Calls the plugin; returns its answer or its error. */
    String call(String method, FieldWriter payload) throws Exception {
      registration.get(SECONDS, TimeUnit.SECONDS);
      int stream = streams.addAndGet(2);
      CompletableFuture<Message> answer = new CompletableFuture<>();
      answers.put(stream, answer);
      send(
          Trunk.PLUGIN,
          new Message(
              stream,
              Message.REQUEST,
              new FieldWriter()
                  .text(1, "nri.pkg.api.v1alpha1.Plugin")
                  .text(2, method)
                  .message(3, payload)
                  .encoded()));
      Message got = answer.get(SECONDS, TimeUnit.SECONDS);
      return PluginCalls.refusal(got).orElse("");
    }

    String event(int event, FieldWriter pod) throws Exception {
      return call("StateChange", new FieldWriter().number(1, event).message(2, pod));
    }

    /** Opens the session with these sandboxes. */
    Peer opened(FieldWriter... pods) throws Exception {
      send(Trunk.RUNTIME, new Message(1, Message.RESPONSE, new byte[0]));
      call("Configure", new FieldWriter().text(2, "fake").text(3, "1"));
      FieldWriter list = new FieldWriter();
      for (FieldWriter pod : pods) {
        list.message(1, pod);
      }
      call("Synchronize", list);
      return this;
    }

    void drop() throws IOException {
      channel.close();
    }

    private synchronized void send(int connection, Message message) throws IOException {
      ByteBuffer framed = Trunk.framed(connection, message);
      while (framed.hasRemaining()) {
        channel.write(framed);
      }
    }
  }
}
