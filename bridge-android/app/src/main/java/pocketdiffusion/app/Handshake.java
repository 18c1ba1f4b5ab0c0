package pocketdiffusion.app;

import java.util.concurrent.Executor;
import pocketdiffusion.bridge.Host;

/**
 * Hands each document of the page its control port, once: when it has loaded (PROTOCOL.md section 1).
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
  private ControlPort control;
  private boolean awaited = false;

  private Handshake(TopFrame frame, Host host, Executor main, PageWishes wishes) {
    this.frame = frame;
    this.host = host;
    this.main = main;
    this.wishes = wishes;
  }

  static Handshake with(TopFrame frame, Host host, Executor main, PageWishes wishes) {
    return new Handshake(frame, host, main, wishes);
  }

  /** The top frame begins to load a document. */
  void started() {
    end();
    awaited = true;
  }

  void finished(String url) {
    if (!awaited || !PageServer.isOurs(url)) return;
    awaited = false;
    Wire[] ends = frame.channel();
    control = ControlPort.over(ends[0], frame, host, main, wishes);
    frame.post(GREETING, ends[1]);
  }

  /** To the document that is shown, if it has its port; to nobody otherwise. */
  void say(String text) {
    if (control != null) control.say(text);
  }

  /** The document is gone, or what showed it. */
  void end() {
    if (control != null) control.end();
    control = null;
    awaited = false;
    wishes.gone();
  }
}
