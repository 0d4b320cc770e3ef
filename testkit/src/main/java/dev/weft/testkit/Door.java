package dev.weft.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to an API server on the loopback interface that can be shut. */
public final class Door implements AutoCloseable {
  private final ServerSocket front;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Set<Socket> silent = ConcurrentHashMap.newKeySet();

  /**
   * Lets in who connects to {@code front}, which is closed with the door.
   *
   * @param behind port of the API server on the loopback interface
   */
  public Door(ServerSocket front, int behind) {
    this.front = front;
    Thread _ =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (true) {
                  Socket one = front.accept();
                  Socket other = new Socket(InetAddress.getLoopbackAddress(), behind);
                  open.addAll(List.of(one, other));
                  carry(one, other);
                  carry(other, one);
                }
              } catch (IOException e) {
                // it is shut
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
                // one side has ended it
              }
            });
  }

  /** Nothing of what goes on arrives any more, and nobody is told; who comes later is let in. */
  public void fallSilent() {
    silent.addAll(open);
  }

  @Override
  public void close() throws IOException {
    shut();
  }

  /** Lets nobody in any more and ends what goes on. */
  public void shut() throws IOException {
    front.close();
    for (Socket each : open) {
      each.close();
    }
  }
}
