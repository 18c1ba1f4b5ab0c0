package pocketdiffusion.app;

import androidx.webkit.WebMessageCompat;
import androidx.webkit.WebMessagePortCompat;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** Frames as they are, in ArrayBuffers: a port that the page made, through androidx.webkit. */
final class WebkitPort implements FramePort {
  private final WebMessagePortCompat port;
  private final Executor main;

  private WebkitPort(WebMessagePortCompat port, Executor main) {
    this.port = port;
    this.main = main;
  }

  /** {@code main}: where ports may be used. */
  static WebkitPort over(WebMessagePortCompat port, Executor main) {
    return new WebkitPort(port, main);
  }

  @Override
  public void listen(Listener listener) {
    port.setWebMessageCallback(
        new WebMessagePortCompat.WebMessageCallbackCompat() {
          @Override
          public void onMessage(WebMessagePortCompat from, WebMessageCompat message) {
            if (message.getType() != WebMessageCompat.TYPE_ARRAY_BUFFER) listener.nonsense("no bytes");
            else listener.frame(ByteBuffer.wrap(message.getArrayBuffer()));
          }
        });
  }

  @Override
  public void post(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    main.execute(
        () -> {
          try {
            port.postMessage(new WebMessageCompat(bytes));
          } catch (IllegalStateException closed) {
            // Nobody hears it either way.
          }
        });
  }

  @Override
  public void close() {
    main.execute(
        () -> {
          try {
            port.close();
          } catch (IllegalStateException closed) {
            // It is closed either way.
          }
        });
  }
}
