package pocketdiffusion.app;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.concurrent.Executor;
import pocketdiffusion.bridge.Connection;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.Outlet;

/** A connection of the bridge whose frames are texts in base64 on a message port (PROTOCOL.md section 1). */
final class PortConnection {
  /** Of a frame of 64 MiB. */
  static final int LONGEST = ((64 << 20) + 2) / 3 * 4;

  private final Wire wire;
  private final Connection connection;

  private PortConnection(Wire wire, Connection connection) {
    this.wire = wire;
    this.connection = connection;
  }

  /** Listens on {@code wire}, which it closes at its end. {@code main}: where wires may be used. */
  static PortConnection over(Wire wire, Host host, Executor main) {
    PortConnection made = new PortConnection(wire, host.connect(new WireOutlet(wire, main)));
    wire.listen(made::heard);
    return made;
  }

  /** The page is gone. */
  void end() {
    connection.ended();
    wire.close();
  }

  private void heard(String text) {
    if (text == null || text.length() > LONGEST || text.length() % 4 != 0) {
      connection.receiveNonsense(text == null ? "no text" : "a text of " + text.length());
      return;
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException notBase64) {
      connection.receiveNonsense("no base64");
      return;
    }
    connection.receive(bytes);
  }

  private static final class WireOutlet implements Outlet {
    private final Wire wire;
    private final Executor main;

    WireOutlet(Wire wire, Executor main) {
      this.wire = wire;
      this.main = main;
    }

    @Override
    public void send(ByteBuffer frame) {
      byte[] bytes = new byte[frame.remaining()];
      frame.get(bytes);
      String text = Base64.getEncoder().encodeToString(bytes);
      main.execute(() -> wire.post(text));
    }

    @Override
    public void close() {
      main.execute(wire::close);
    }
  }
}
