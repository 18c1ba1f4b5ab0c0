package pocketdiffusion.app;

import android.net.Uri;
import android.webkit.WebMessage;
import android.webkit.WebMessagePort;
import android.webkit.WebView;

/** The top frame of a WebView: the framework's message ports, which carry texts alone. */
final class WebTopFrame implements TopFrame {
  private static final Uri ORIGIN = Uri.parse(PageServer.ORIGIN);

  private final WebView view;

  WebTopFrame(WebView view) {
    this.view = view;
  }

  @Override
  public Wire[] channel() {
    WebMessagePort[] ends = view.createWebMessageChannel();
    return new Wire[] {new WebWire(ends[0]), new WebWire(ends[1])};
  }

  @Override
  public void run(String script) {
    view.evaluateJavascript(script, null);
  }

  @Override
  public void post(String text, Wire carried) {
    view.postWebMessage(new WebMessage(text, new WebMessagePort[] {((WebWire) carried).port()}), ORIGIN);
  }
}
