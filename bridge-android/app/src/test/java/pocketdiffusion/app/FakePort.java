package pocketdiffusion.app;

import androidx.webkit.WebMessageCompat;
import androidx.webkit.WebMessagePortCompat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A port that a page has made and handed to the app: what the app posts on it is kept, until it closes it. */
final class FakePort extends WebMessagePortCompat {
  final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
  boolean closed = false;
  private WebMessageCallbackCompat callback;

  @Override
  public void postMessage(WebMessageCompat message) {
    if (closed) throw new IllegalStateException("Port is already closed or transferred");
    heard.add(message.getArrayBuffer());
  }

  @Override
  public void close() {
    if (closed) throw new IllegalStateException("Port is already closed or transferred");
    closed = true;
  }

  @Override
  public void setWebMessageCallback(WebMessageCallbackCompat callback) {
    this.callback = callback;
  }

  /** The page says {@code message}. */
  void say(WebMessageCompat message) {
    if (!closed) callback.onMessage(this, message);
  }

  void say(byte[] frame) {
    say(new WebMessageCompat(frame));
  }
}
