package androidx.webkit;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** In the place of the library's class of this name, with the one method of it that the app calls. */
public class WebViewFeature {
  public static final List<String> ISOLATION = Arrays.asList("MULTI_PROFILE", "CROSS_ORIGIN_ISOLATED_ALLOWLIST");
  public static final List<String> MESSAGES =
      Arrays.asList(
          "WEB_MESSAGE_LISTENER",
          "WEB_MESSAGE_ARRAY_BUFFER",
          "WEB_MESSAGE_PORT_POST_MESSAGE",
          "WEB_MESSAGE_PORT_CLOSE",
          "WEB_MESSAGE_PORT_SET_MESSAGE_CALLBACK");

  /** What the WebView of a test knows. */
  public static final Set<String> SUPPORTED = new HashSet<>(ISOLATION);

  private WebViewFeature() {}

  public static void reset() {
    SUPPORTED.clear();
    SUPPORTED.addAll(ISOLATION);
  }

  public static boolean isFeatureSupported(String feature) {
    if (!ISOLATION.contains(feature) && !MESSAGES.contains(feature)) throw new RuntimeException("Unknown feature " + feature);
    return SUPPORTED.contains(feature);
  }
}
