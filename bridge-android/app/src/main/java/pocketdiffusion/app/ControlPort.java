package pocketdiffusion.app;

import java.util.concurrent.Executor;
import pocketdiffusion.bridge.ControlMessage;
import pocketdiffusion.bridge.Host;

/**
 * The port that a document's top frame keeps and asks for connections on (PROTOCOL.md section 1).
 *
 * <p>Invariant: there is one connection at most. The page has one worker at a time, and asks anew when it has another one;
 * nobody tells of the old one's end.
 */
final class ControlPort {
  private final Wire wire;
  private final TopFrame frame;
  private final Host host;
  private final Executor main;
  private final PageWishes wishes;
  private PortConnection connection;

  private ControlPort(Wire wire, TopFrame frame, Host host, Executor main, PageWishes wishes) {
    this.wire = wire;
    this.frame = frame;
    this.host = host;
    this.main = main;
    this.wishes = wishes;
  }

  /** Listens on {@code wire}. */
  static ControlPort over(Wire wire, TopFrame frame, Host host, Executor main, PageWishes wishes) {
    ControlPort made = new ControlPort(wire, frame, host, main, wishes);
    wire.listen(text -> made.heard(text, null));
    return made;
  }

  /** {@code text}: as {@code ControlMessage} writes it. */
  void say(String text) {
    wire.post(text);
  }

  /** The document is gone, and its connection with it. */
  void end() {
    endConnection();
    wire.close();
  }

  /** {@code brought}: the port that came with it, null where none did. */
  void heard(String text, FramePort brought) {
    ControlMessage message = ControlMessage.read(text);
    if (message == null) return;
    switch (message.type) {
      case CONNECT:
        connect(brought);
        break;
      case MODELS:
        wishes.showModels();
        break;
      case DRAWING:
        wishes.drawing();
        break;
      case PROGRESS:
        wishes.progress(message.index, message.of);
        break;
      case IDLE:
        wishes.idle();
        break;
      case JOB:
        wishes.keep(message.job);
        break;
      default:
        wishes.saving(message.url, message.name);
    }
  }

  private void connect(FramePort brought) {
    if (brought == null && !wire.carriesPorts()) return;
    endConnection();
    String job = wishes.jobBack();
    if (job != null) say(ControlMessage.jobBack(job));
    if (brought != null) {
      connection = PortConnection.over(brought, host);
      wire.post(ControlMessage.CONNECTED);
      return;
    }
    Wire[] ends = frame.channel();
    connection = PortConnection.over(TextPort.over(ends[0], main), host);
    wire.post(ControlMessage.CONNECTED, ends[1]);
  }

  private void endConnection() {
    if (connection != null) connection.end();
    connection = null;
  }
}
