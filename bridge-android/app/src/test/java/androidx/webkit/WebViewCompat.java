package androidx.webkit;

import android.net.Uri;
import android.webkit.WebView;
import java.util.HashSet;
import java.util.Set;

/** In the place of the library's class of this name: one profile, behind a class that is not public, and one object of a page. */
public class WebViewCompat {
  /** What was listed last; null where nothing was. */
  public static Set<String> allowed;
  /** Where the WebView was then. */
  public static String loaded;

  /** What was added last, and where the WebView was then; null where nothing was. */
  public static WebMessageListener listener;
  public static String objectName;
  public static Set<String> rules;

  private WebViewCompat() {}

  public static void reset() {
    allowed = null;
    loaded = "not yet";
    listener = null;
    objectName = null;
    rules = null;
  }

  public static Profile getProfile(WebView view) {
    return new Hidden(view);
  }

  public static void addWebMessageListener(WebView view, String name, Set<String> origins, WebMessageListener added) {
    listener = added;
    objectName = name;
    rules = new HashSet<>(origins);
    loaded = view.getUrl();
  }

  /** As the library's. */
  public interface WebMessageListener {
    void onPostMessage(
        WebView view, WebMessageCompat message, Uri origin, boolean isMainFrame, JavaScriptReplyProxy reply);
  }

  private static final class Hidden implements Profile {
    private final WebView view;

    Hidden(WebView view) {
      this.view = view;
    }

    @Override
    public void setCrossOriginIsolatedAllowlist(Set<String> origins) {
      allowed = new HashSet<>(origins);
      loaded = view.getUrl();
    }
  }
}
