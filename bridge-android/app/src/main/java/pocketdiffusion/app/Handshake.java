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
  private final Runnable onModels;
  private ControlPort control;
  private boolean awaited = false;

  private Handshake(TopFrame frame, Host host, Executor main, Runnable onModels) {
    this.frame = frame;
    this.host = host;
    this.main = main;
    this.onModels = onModels;
  }

  static Handshake with(TopFrame frame, Host host, Executor main, Runnable onModels) {
    return new Handshake(frame, host, main, onModels);
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
    control = ControlPort.over(ends[0], frame, host, main, onModels);
    frame.post(GREETING, ends[1]);
  }

  /** The document is gone, or what showed it. */
  void end() {
    if (control != null) control.end();
    control = null;
    awaited = false;
  }
}
