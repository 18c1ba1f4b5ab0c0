package pocketdiffusion.app;

import java.util.concurrent.Executor;
import pocketdiffusion.bridge.Host;

/**
 * The port that a document's top frame keeps and asks for connections on (PROTOCOL.md section 1).
 *
 * <p>Invariant: there is one connection at most. The page has one worker at a time, and asks anew when it has another one;
 * nobody tells of the old one's end.
 */
final class ControlPort {
  static final String CONNECT = "connect";
  static final String CONNECTED = "connected";
  static final String MODELS = "models";

  private final Wire wire;
  private final TopFrame frame;
  private final Host host;
  private final Executor main;
  private final Runnable onModels;
  private PortConnection connection;

  private ControlPort(Wire wire, TopFrame frame, Host host, Executor main, Runnable onModels) {
    this.wire = wire;
    this.frame = frame;
    this.host = host;
    this.main = main;
    this.onModels = onModels;
  }

  /** Listens on {@code wire}. {@code onModels}: the page wants the person to see the host's own list of models. */
  static ControlPort over(Wire wire, TopFrame frame, Host host, Executor main, Runnable onModels) {
    ControlPort made = new ControlPort(wire, frame, host, main, onModels);
    wire.listen(made::heard);
    return made;
  }

  /** The document is gone, and its connection with it. */
  void end() {
    endConnection();
    wire.close();
  }

  private void heard(String text) {
    if (CONNECT.equals(text)) connect();
    else if (MODELS.equals(text)) onModels.run();
  }

  private void connect() {
    endConnection();
    Wire[] ends = frame.channel();
    connection = PortConnection.over(ends[0], host, main);
    wire.post(CONNECTED, ends[1]);
  }

  private void endConnection() {
    if (connection != null) connection.end();
    connection = null;
  }
}
