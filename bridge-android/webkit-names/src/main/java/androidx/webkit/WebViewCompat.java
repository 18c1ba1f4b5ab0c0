package androidx.webkit;

import android.net.Uri;
import android.webkit.WebView;
import java.util.Set;

public class WebViewCompat {
  private WebViewCompat() {}

  public static Profile getProfile(WebView view) {
    throw new UnsupportedOperationException();
  }

  public static void addWebMessageListener(
      WebView view, String objectName, Set<String> allowedOriginRules, WebMessageListener listener) {
    throw new UnsupportedOperationException();
  }

  public interface WebMessageListener {
    void onPostMessage(
        WebView view, WebMessageCompat message, Uri sourceOrigin, boolean isMainFrame, JavaScriptReplyProxy replyProxy);
  }
}
