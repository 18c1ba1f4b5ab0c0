package androidx.webkit;

/** The features' names are text, which a compiler would copy anyway. */
public class WebViewFeature {
  private WebViewFeature() {}

  public static boolean isFeatureSupported(String feature) {
    throw new UnsupportedOperationException();
  }
}
