package pocketdiffusion.app;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.concurrent.Executor;

/** Frames as texts in base64: for the ports of the framework, which carry nothing else (PROTOCOL.md section 1). */
final class TextPort implements FramePort {
  /** Of a frame of 64 MiB. */
  static final int LONGEST = ((64 << 20) + 2) / 3 * 4;

  private final Wire wire;
  private final Executor main;

  private TextPort(Wire wire, Executor main) {
    this.wire = wire;
    this.main = main;
  }

  /** {@code main}: where wires may be used. */
  static TextPort over(Wire wire, Executor main) {
    return new TextPort(wire, main);
  }

  @Override
  public void listen(Listener listener) {
    wire.listen(text -> heard(text, listener));
  }

  private static void heard(String text, Listener listener) {
    if (text == null || text.length() > LONGEST || text.length() % 4 != 0) {
      listener.nonsense(text == null ? "no text" : "a text of " + text.length());
      return;
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException notBase64) {
      listener.nonsense("no base64");
      return;
    }
    listener.frame(bytes);
  }

  @Override
  public void post(ByteBuffer frame) {
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
