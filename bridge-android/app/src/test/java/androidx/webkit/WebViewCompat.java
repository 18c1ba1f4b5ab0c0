package androidx.webkit;

import android.webkit.WebView;
import java.util.HashSet;
import java.util.Set;

/** In the place of the library's class of this name: one profile, behind a class that is not public. */
public class WebViewCompat {
  /** What was listed last; null where nothing was. */
  public static Set<String> allowed;
  /** Where the WebView was then. */
  public static String loaded;

  private WebViewCompat() {}

  public static Profile getProfile(WebView view) {
    return new Hidden(view);
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
