package pocketdiffusion.app;

import android.webkit.WebView;
import androidx.webkit.WebViewCompat;
import androidx.webkit.WebViewFeature;
import java.util.Collections;

/**
 * androidx.webkit, which most builds are without: what this one and the phone's WebView can do of it. Whoever names a class of the library
 * has asked here first.
 */
final class WebkitLibrary {
  private WebkitLibrary() {}

  /** Whether the page can be handed an object to speak by, and ports that carry bytes. */
  static boolean carriesBytes() {
    return has(
        "WEB_MESSAGE_LISTENER",
        "WEB_MESSAGE_ARRAY_BUFFER",
        "WEB_MESSAGE_PORT_POST_MESSAGE",
        "WEB_MESSAGE_PORT_CLOSE",
        "WEB_MESSAGE_PORT_SET_MESSAGE_CALLBACK");
  }

  /**
   * Threads for the page: a WebView is cross-origin isolated only for origins that its app has listed, which takes version 1.18 or newer, a
   * WebView that knows it, and the page's header {@code Document-Isolation-Policy}. Lists {@code origin} for {@code view}, before
   * anything is loaded into it; whether that was possible. The page finds out by itself.
   */
  static boolean isolate(WebView view, String origin) {
    if (!has("MULTI_PROFILE", "CROSS_ORIGIN_ISOLATED_ALLOWLIST")) return false;
    try {
      WebViewCompat.getProfile(view).setCrossOriginIsolatedAllowlist(Collections.singleton(origin));
      return true;
    } catch (LinkageError olderLibrary) {
      return false;
    }
  }

  private static boolean has(String... features) {
    try {
      for (String feature : features) {
        if (!WebViewFeature.isFeatureSupported(feature)) return false;
      }
      return true;
    } catch (LinkageError notBuiltIn) {
      return false;
    } catch (RuntimeException unknownToThisVersion) {
      return false;
    }
  }
}
