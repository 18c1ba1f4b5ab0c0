package androidx.webkit;

public abstract class WebMessagePortCompat {
  public abstract void postMessage(WebMessageCompat message);

  public abstract void close();

  public abstract void setWebMessageCallback(WebMessageCallbackCompat callback);

  public abstract static class WebMessageCallbackCompat {
    public void onMessage(WebMessagePortCompat port, WebMessageCompat message) {}
  }
}
