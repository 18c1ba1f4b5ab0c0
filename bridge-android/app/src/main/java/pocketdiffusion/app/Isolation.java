package pocketdiffusion.app;

import android.webkit.WebView;
import java.util.Collections;
import java.util.Set;

/**
 * Threads for the page: a WebView is cross-origin isolated only for origins that its app has listed, which takes androidx.webkit
 * 1.18 or newer, a WebView that knows it, and the page's header {@code Document-Isolation-Policy}. The library is named by
 * text, since most builds are without.
 */
final class Isolation {
  private static final String LIBRARY = "androidx.webkit.";
  /** {@code WebViewFeature.MULTI_PROFILE} and {@code CROSS_ORIGIN_ISOLATED_ALLOWLIST}. */
  private static final String[] FEATURES = {"MULTI_PROFILE", "CROSS_ORIGIN_ISOLATED_ALLOWLIST"};

  private Isolation() {}

  /** Lists {@code origin} for {@code view}, before anything is loaded into it; whether that was possible. The page finds out by itself. */
  static boolean allow(WebView view, String origin) {
    try {
      Class<?> features = Class.forName(LIBRARY + "WebViewFeature");
      for (String feature : FEATURES) {
        Object supported = features.getMethod("isFeatureSupported", String.class).invoke(null, feature);
        if (!Boolean.TRUE.equals(supported)) return false;
      }
      Object profile = Class.forName(LIBRARY + "WebViewCompat").getMethod("getProfile", WebView.class).invoke(null, view);
      // Of the interface: the class behind it is not public.
      Class.forName(LIBRARY + "Profile")
          .getMethod("setCrossOriginIsolatedAllowlist", Set.class)
          .invoke(profile, Collections.singleton(origin));
      return true;
    } catch (ReflectiveOperationException | LinkageError notBuiltIn) {
      return false;
    }
  }
}
