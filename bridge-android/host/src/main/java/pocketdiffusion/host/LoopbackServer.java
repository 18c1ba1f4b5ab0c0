package pocketdiffusion.host;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.java_websocket.WebSocket;
import org.java_websocket.drafts.Draft;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.exceptions.InvalidDataException;
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.java_websocket.extensions.IExtension;
import org.java_websocket.framing.CloseFrame;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.handshake.ServerHandshakeBuilder;
import org.java_websocket.protocols.IProtocol;
import org.java_websocket.protocols.Protocol;
import org.java_websocket.server.WebSocketServer;
import pocketdiffusion.bridge.Connection;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.Outlet;

/**
 * The host behind a WebSocket on the loopback interface.
 *
 * <p>Invariant: what was not admitted at its handshake has no {@link Connection}, and nothing of it is read as a frame.
 */
final class LoopbackServer extends WebSocketServer {
  private static final int MAX_FRAME_BYTES = 64 << 20;
  private static final int REMIND_MILLISECONDS = 5;

  private final Host host;
  private final Admission admission;
  private final IntConsumer onPort;
  private final ScheduledExecutorService reminder =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "bridge-reminder");
            thread.setDaemon(true);
            return thread;
          });

  private LoopbackServer(InetSocketAddress address, Draft draft, Host host, Admission admission, IntConsumer onPort) {
    super(address, 1, Collections.singletonList(draft));
    this.host = host;
    this.admission = admission;
    this.onPort = onPort;
  }

  /** Not yet started. Port 0 is any that is free; {@code onPort} hears which, once it listens. */
  static LoopbackServer of(Host host, Admission admission, int port, IntConsumer onPort) {
    IProtocol protocol = new Protocol(Admission.PROTOCOL);
    Draft draft =
        new Draft_6455(
            Collections.<IExtension>emptyList(), Collections.singletonList(protocol), MAX_FRAME_BYTES);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    LoopbackServer server = new LoopbackServer(address, draft, host, admission, onPort);
    server.setTcpNoDelay(true);
    server.setReuseAddr(true);
    // The system tells when a process on the same machine is gone.
    server.setConnectionLostTimeout(0);
    server.setDaemon(true);
    return server;
  }

  @Override
  public ServerHandshakeBuilder onWebsocketHandshakeReceivedAsServer(
      WebSocket socket, Draft draft, ClientHandshake request) throws InvalidDataException {
    String host = request.getFieldValue("Host");
    String origin = request.getFieldValue("Origin");
    String protocols = request.getFieldValue("Sec-WebSocket-Protocol");
    if (!admission.admits(host, origin, protocols, getPort(), getConnections().size())) {
      throw new InvalidDataException(CloseFrame.POLICY_VALIDATION, "refused");
    }
    return super.onWebsocketHandshakeReceivedAsServer(socket, draft, request);
  }

  @Override
  public void onOpen(WebSocket socket, ClientHandshake handshake) {
    socket.setAttachment(host.connect(new SocketOutlet(socket, this)));
  }

  @Override
  public void onMessage(WebSocket socket, ByteBuffer message) {
    Connection connection = socket.getAttachment();
    connection.receive(message);
  }

  @Override
  public void onMessage(WebSocket socket, String message) {
    Connection connection = socket.getAttachment();
    connection.receiveNonsense("text");
  }

  @Override
  public void onClose(WebSocket socket, int code, String reason, boolean remote) {
    Connection connection = socket.getAttachment();
    if (connection != null) connection.ended();
  }

  /** A socket that failed is closed besides; without one, the server cannot listen. */
  @Override
  public void onError(WebSocket socket, Exception thrown) {
    if (socket != null) return;
    System.err.println("host-failed: " + thrown.getMessage());
    System.exit(1);
  }

  @Override
  public void onStart() {
    onPort.accept(getPort());
  }

  /**
   * Asks for what is sent to be written, again until it is. Java-WebSocket 1.6.0 loses the first such question where its
   * selector, in {@code doWrite}, has found nothing more to write and not yet said so: a frame that is sent in between then
   * waits for the next one, and whoever waits for its answer sends none.
   */
  private void remind(WebSocket socket) {
    reminder.schedule(
        () -> {
          if (!socket.isOpen() || !socket.hasBufferedData()) return;
          onWriteDemand(socket);
          remind(socket);
        },
        REMIND_MILLISECONDS,
        TimeUnit.MILLISECONDS);
  }

  private static final class SocketOutlet implements Outlet {
    private final WebSocket socket;
    private final LoopbackServer server;

    SocketOutlet(WebSocket socket, LoopbackServer server) {
      this.socket = socket;
      this.server = server;
    }

    @Override
    public void send(ByteBuffer frame) {
      try {
        socket.send(frame);
        server.remind(socket);
      } catch (WebsocketNotConnectedException gone) {
        // Its end is told by onClose.
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
