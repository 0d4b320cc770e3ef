package dev.weft.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A TCP forwarder to an API server on the loopback interface that can be shut and opened again. */
public final class Door implements AutoCloseable {
  private static final int BACKLOG = 50;

  private final int behind;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Set<Socket> silent = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket front;

  /**
   * Forwards connections to {@code front}, which is closed with the door.
   *
   * @param behind port of the API server on the loopback interface
   */
  public Door(ServerSocket front, int behind) {
    this.front = front;
    this.behind = behind;
    letIn(front);
  }

  /** A door at a free port of the loopback interface. */
  public static Door to(int behind) throws IOException {
    return new Door(listen(0), behind);
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
  }

  private void letIn(ServerSocket socket) {
    Thread _ =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (true) {
                  Socket one = socket.accept();
                  Socket other = new Socket(InetAddress.getLoopbackAddress(), behind);
                  open.addAll(List.of(one, other));
                  carry(one, other);
                  carry(other, one);
                }
              } catch (IOException e) {
                // the door is shut
              }
            });
  }

  private void carry(Socket from, Socket to) {
    Thread _ =
        Thread.ofVirtual()
            .start(() -> {
              try (from;
                  to) {
                byte[] buffer = new byte[8192];
                for (int size = from.getInputStream().read(buffer);
                    size >= 0;
                    size = from.getInputStream().read(buffer)) {
                  if (!silent.contains(from)) {
                    to.getOutputStream().write(buffer, 0, size);
                  }
                }
              } catch (IOException e) {
                // one side has ended the connection
              }
            });
  }

  /** Port of the door. */
  public int port() {
    return front.getLocalPort();
  }

  /** Silently drops all data on open connections without closing them; later ones work. */
  public void fallSilent() {
    silent.addAll(open);
  }

  @Override
  public void close() throws IOException {
    shut();
  }

  /** Refuses new connections and closes existing ones. */
  public void shut() throws IOException {
    front.close();
    for (Socket each : open) {
      each.close();
    }
    open.clear();
  }

  /** Accepts connections again, at the same port of this namespace's loopback interface. */
  public void reopen() throws IOException {
    front = listen(front.getLocalPort());
    letIn(front);
  }
}
