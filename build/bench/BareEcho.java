import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/**
 * What the bridge's benchmark is held against: the same library on the same virtual machine, which sends back what it gets, and
 * below that a plain socket that does. Prints both ports; ends with its standard input.
 */
public final class BareEcho extends WebSocketServer {
  private final int plain;

  private BareEcho(int plain) {
    super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    this.plain = plain;
    setTcpNoDelay(true);
    setConnectionLostTimeout(0);
    setDaemon(true);
  }

  public static void main(String[] args) throws Exception {
    ServerSocket sockets = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    daemon(() -> echo(sockets));
    new BareEcho(sockets.getLocalPort()).start();
    while (System.in.read() >= 0) {}
  }

  private static void echo(ServerSocket sockets) {
    byte[] bytes = new byte[1 << 20];
    while (true) {
      try (Socket socket = sockets.accept()) {
        socket.setTcpNoDelay(true);
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) out.write(bytes, 0, count);
      } catch (java.io.IOException gone) {
        // The next one, then.
      }
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void onStart() {
    System.out.println(getPort() + " " + plain);
  }

  @Override
  public void onMessage(WebSocket socket, ByteBuffer message) {
    socket.send(message);
  }

  @Override
  public void onMessage(WebSocket socket, String message) {}

  @Override
  public void onOpen(WebSocket socket, ClientHandshake handshake) {}

  @Override
  public void onClose(WebSocket socket, int code, String reason, boolean remote) {}

  @Override
  public void onError(WebSocket socket, Exception thrown) {}
}
