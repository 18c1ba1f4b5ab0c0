package pocketdiffusion.app;

import android.net.Uri;
import android.webkit.WebView;
import androidx.webkit.JavaScriptReplyProxy;
import androidx.webkit.WebMessageCompat;
import androidx.webkit.WebMessagePortCompat;
import androidx.webkit.WebViewCompat;
import java.util.Collections;
import java.util.concurrent.Executor;

/**
 * The object {@code pocketDiffusion} in documents of the app's exact origin, by which they speak to the app (PROTOCOL.md section 1):
 * androidx.webkit's WebMessageListener. What a frame within the page says is not heard, whatever its origin.
 */
final class PageObject {
  static final String NAME = "pocketDiffusion";

  private PageObject() {}

  /** Hears what the top frame says, on the main thread. */
  interface Listener {
    /**
     * {@code reply}: the way to the document that says it, the same for all that it says; {@code text}: null where it was none;
     * {@code brought}: the port that came with it, null where there was none, or more than one.
     */
    void heard(JavaScriptReplyProxy reply, String text, FramePort brought);
  }

  /** From the next document on. */
  static void add(WebView view, Executor main, Listener listener) {
    WebViewCompat.addWebMessageListener(
        view,
        NAME,
        Collections.singleton(PageServer.ORIGIN),
        (from, message, origin, isMainFrame, reply) -> {
          if (isMainFrame && isOurs(origin)) listener.heard(reply, text(message), brought(message, main));
        });
  }

  /** The library has looked at that already; so do we. */
  private static boolean isOurs(Uri origin) {
    return PageServer.ORIGIN.equals(String.valueOf(origin));
  }

  private static String text(WebMessageCompat message) {
    return message.getType() == WebMessageCompat.TYPE_STRING ? message.getData() : null;
  }

  private static FramePort brought(WebMessageCompat message, Executor main) {
    WebMessagePortCompat[] ports = message.getPorts();
    return ports != null && ports.length == 1 ? WebkitPort.over(ports[0], main) : null;
  }
}
