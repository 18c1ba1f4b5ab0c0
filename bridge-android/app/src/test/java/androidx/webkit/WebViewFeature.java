package androidx.webkit;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** In the place of the library's class of this name, with the one method of it that the app calls. */
public class WebViewFeature {
  /** What the WebView of a test knows. */
  public static final Set<String> SUPPORTED =
      new HashSet<>(Arrays.asList("MULTI_PROFILE", "CROSS_ORIGIN_ISOLATED_ALLOWLIST"));

  private WebViewFeature() {}

  public static boolean isFeatureSupported(String feature) {
    return SUPPORTED.contains(feature);
  }
}
