package pocketdiffusion.app;

import java.nio.ByteBuffer;
import pocketdiffusion.bridge.Connection;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.Outlet;

/** A connection of the bridge over a port of the page's (PROTOCOL.md section 1). */
final class PortConnection {
  private final FramePort port;
  private final Connection connection;

  private PortConnection(FramePort port, Connection connection) {
    this.port = port;
    this.connection = connection;
  }

  /** Listens on {@code port}, which it closes at its end. */
  static PortConnection over(FramePort port, Host host) {
    Connection connection = host.connect(new PortOutlet(port));
    port.listen(
        new FramePort.Listener() {
          @Override
          public void frame(ByteBuffer frame) {
            connection.receive(frame);
          }

          @Override
          public void nonsense(String what) {
            connection.receiveNonsense(what);
          }
        });
    return new PortConnection(port, connection);
  }

  /** The page is gone. */
  void end() {
    connection.ended();
    port.close();
  }

  private static final class PortOutlet implements Outlet {
    private final FramePort port;

    PortOutlet(FramePort port) {
      this.port = port;
    }

    @Override
    public void send(ByteBuffer frame) {
      port.post(frame);
    }

    @Override
    public void close() {
      port.close();
    }
  }
}
