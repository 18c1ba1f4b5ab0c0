package pocketdiffusion.app;

import android.webkit.WebMessage;
import android.webkit.WebMessagePort;

/** A message port of the framework. It never tells that its other end is gone. */
final class WebWire implements Wire {
  private final WebMessagePort port;

  WebWire(WebMessagePort port) {
    this.port = port;
  }

  WebMessagePort port() {
    return port;
  }

  @Override
  public void listen(Listener listener) {
    port.setWebMessageCallback(
        new WebMessagePort.WebMessageCallback() {
          @Override
          public void onMessage(WebMessagePort from, WebMessage message) {
            listener.heard(message.getData());
          }
        });
  }

  @Override
  public void post(String text) {
    post(new WebMessage(text));
  }

  @Override
  public void post(String text, Wire carried) {
    post(new WebMessage(text, new WebMessagePort[] {((WebWire) carried).port}));
  }

  private void post(WebMessage message) {
    try {
      port.postMessage(message);
    } catch (IllegalStateException closed) {
      // Nobody hears it either way.
    }
  }

  @Override
  public void close() {
    try {
      port.close();
    } catch (IllegalStateException closedOrGivenAway) {
      // It is closed either way.
    }
  }
}
