package dev.weft.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to an API server on the loopback interface that can be shut. */
public final class Door implements AutoCloseable {
  private final ServerSocket front;
  private final List<Socket> open = new CopyOnWriteArrayList<>();

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

  private static void carry(Socket from, Socket to) {
    Thread _ =
        Thread.ofVirtual()
            .start(() -> {
              try (from;
                  to) {
                from.getInputStream().transferTo(to.getOutputStream());
              } catch (IOException e) {
                // one side has ended it
              }
            });
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
