package pocketdiffusion.app;

import androidx.webkit.JavaScriptReplyProxy;

/** The way to a document that has spoken by its {@link PageObject}: texts alone. What the document says comes by the object. */
final class ReplyWire implements Wire {
  private final JavaScriptReplyProxy reply;
  private boolean closed = false;

  ReplyWire(JavaScriptReplyProxy reply) {
    this.reply = reply;
  }

  boolean goesTo(JavaScriptReplyProxy other) {
    return reply == other;
  }

  @Override
  public void listen(Listener listener) {}

  @Override
  public void post(String text) {
    if (!closed) reply.postMessage(text);
  }

  @Override
  public boolean carriesPorts() {
    return false;
  }

  @Override
  public void post(String text, Wire carried) {
    throw new IllegalStateException("no port can go this way");
  }

  @Override
  public void close() {
    closed = true;
  }
}
