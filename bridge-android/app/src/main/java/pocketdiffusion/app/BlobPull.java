package pocketdiffusion.app;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;

/**
 * Fetches what only the page can read, an address of its own memory ({@code blob:}), piece by piece over a channel: a script in
 * the page answers each {@code next} with a piece in base64, with an empty text at the end, and with {@code !} where it failed.
 *
 * <p>Invariant: {@code done} is called once, on the main thread, and nothing is written after it.
 */
final class BlobPull {
  static final String GREETING = "pocket-diffusion-save";
  private static final String NEXT = "next";
  private static final Pattern ADDRESS = Pattern.compile("blob:" + Pattern.quote(PageServer.ORIGIN) + "/[0-9A-Za-z-]{1,64}");

  /** Hears how it ended: null is well. */
  interface Done {
    void done(IOException fault);
  }

  private final Wire wire;
  private final OutputStream out;
  private final Executor writer;
  private final Executor main;
  private final Done done;
  private boolean ended = false;

  private BlobPull(Wire wire, OutputStream out, Executor writer, Executor main, Done done) {
    this.wire = wire;
    this.out = out;
    this.writer = writer;
    this.main = main;
    this.done = done;
  }

  static boolean canPull(String url) {
    return ADDRESS.matcher(url).matches();
  }

  /** What makes the page await a port and answer on it; {@code url} is one that {@code canPull}. */
  static String script(String url) {
    return "addEventListener('message', function hear({data, ports: [port]}) {\n"
        + ("  if (data !== '" + GREETING + "' || !port) return;\n")
        + "  removeEventListener('message', hear);\n"
        + "  let at = 0;\n"
        + ("  const whole = fetch('" + url + "').then((response) => response.blob());\n")
        // Its failure is told when a piece is asked for.
        + "  whole.catch(() => undefined);\n"
        + "  port.onmessage = async () => {\n"
        + "    try {\n"
        + "      const piece = (await whole).slice(at, (at += 786432));\n"
        + "      const reader = new FileReader();\n"
        + "      reader.onload = () => port.postMessage(piece.size ? reader.result.replace(/^.*?,/, '') : '');\n"
        + "      reader.onerror = () => port.postMessage('!');\n"
        + "      reader.readAsDataURL(piece);\n"
        + "    } catch { port.postMessage('!'); }\n"
        + "  };\n"
        + "});";
  }

  /** Begins once the script and the other end are with the page. {@code out} is closed at the end, by {@code writer}. */
  static BlobPull over(Wire wire, OutputStream out, Executor writer, Executor main, Done done) {
    BlobPull made = new BlobPull(wire, out, writer, main, done);
    wire.listen(made::heard);
    return made;
  }

  void next() {
    wire.post(NEXT);
  }

  /** The page is gone. */
  void end() {
    writer.execute(() -> finish(new IOException("the page is gone")));
  }

  private void heard(String text) {
    writer.execute(() -> write(text));
  }

  private void write(String text) {
    if (ended) return;
    try {
      if (text == null || text.equals("!")) throw new IOException("the page cannot read it");
      if (text.isEmpty()) {
        finish(null);
        return;
      }
      out.write(Base64.getDecoder().decode(text));
      main.execute(this::next);
    } catch (IOException fault) {
      finish(fault);
    } catch (IllegalArgumentException notBase64) {
      finish(new IOException("no base64"));
    }
  }

  /** On the writer. */
  private void finish(IOException fault) {
    if (ended) return;
    ended = true;
    IOException told = fault;
    try {
      out.close();
    } catch (IOException full) {
      if (told == null) told = full;
    }
    IOException last = told;
    main.execute(
        () -> {
          wire.close();
          done.done(last);
        });
  }
}
