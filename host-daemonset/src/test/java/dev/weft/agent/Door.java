package dev.weft.agent;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way from the node to the API server that can be shut. */
final class Door implements AutoCloseable {
  static final int FRONT = 16443;

  private final ServerSocket front;
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  Door(NetworkNamespace node, int behind) throws IOException {
    front = node.call(() -> new ServerSocket(FRONT, 50, InetAddress.getLoopbackAddress()));
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
  void shut() throws IOException {
    front.close();
    for (Socket each : open) {
      each.close();
    }
  }
}
