package pocketdiffusion.app;

import androidx.webkit.JavaScriptReplyProxy;
import java.util.concurrent.Executor;
import pocketdiffusion.bridge.Host;

/**
 * Between each document of the page and its control port (PROTOCOL.md section 1): where the page has an object of the app's it
 * speaks first, where it has none it is handed a port, once, when it has loaded.
 *
 * <p>Invariant: a control port ends before its document's successor begins. A change within a document, as of the fragment of
 * its address, is told as loaded without having been told as started.
 */
final class Handshake {
  static final String GREETING = "pocket-diffusion";

  private final TopFrame frame;
  private final Host host;
  private final Executor main;
  private final PageWishes wishes;
  private final boolean greets;
  private ControlPort control;
  /** The way to the document that spoke, where one did. */
  private ReplyWire reply;
  private boolean awaited = false;

  private Handshake(TopFrame frame, Host host, Executor main, PageWishes wishes, boolean greets) {
    this.frame = frame;
    this.host = host;
    this.main = main;
    this.wishes = wishes;
    this.greets = greets;
  }

  /** Hands each document a port. */
  static Handshake with(TopFrame frame, Host host, Executor main, PageWishes wishes) {
    return new Handshake(frame, host, main, wishes, true);
  }

  /** Waits until a document has {@code spoken}. */
  static Handshake listening(TopFrame frame, Host host, Executor main, PageWishes wishes) {
    return new Handshake(frame, host, main, wishes, false);
  }

  /** The top frame begins to load a document. */
  void started() {
    end();
    awaited = true;
  }

  void finished(String url) {
    if (!greets || !awaited || !PageServer.isOurs(url)) return;
    awaited = false;
    Wire[] ends = frame.channel();
    control = ControlPort.over(ends[0], frame, host, main, wishes);
    frame.post(GREETING, ends[1]);
  }

  /** As {@link PageObject} hears it. */
  void spoken(JavaScriptReplyProxy way, String text, FramePort brought) {
    if (reply == null || !reply.goesTo(way)) {
      end();
      reply = new ReplyWire(way);
      control = ControlPort.over(reply, frame, host, main, wishes);
    }
    control.heard(text, brought);
  }

  /** To the document that is shown, if it has its port; to nobody otherwise. */
  void say(String text) {
    if (control != null) control.say(text);
  }

  /** The document is gone, or what showed it. */
  void end() {
    if (control != null) control.end();
    control = null;
    reply = null;
    awaited = false;
    wishes.gone();
  }
}
