package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Intent;
import android.net.Uri;
import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;
import android.webkit.WebViewClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;

/** What the WebView is answered, and where it may go. */
@RunWith(RobolectricTestRunner.class)
public final class PageClientTest {
  private MainActivity activity;
  private WebViewClient client;

  @Before
  public void start() {
    activity = Robolectric.buildActivity(MainActivity.class).setup().get();
    client = shadowOf(activity.page().view()).getWebViewClient();
  }

  private WebResourceResponse get(String url) {
    return client.shouldInterceptRequest(activity.page().view(), request("GET", url, false));
  }

  private boolean leaves(String url, boolean gesture) {
    return client.shouldOverrideUrlLoading(activity.page().view(), request("GET", url, gesture));
  }

  private static String text(WebResourceResponse response) throws IOException {
    try (InputStream in = response.getData()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  public void thePageComesWithItsHeaders() throws IOException {
    WebResourceResponse page = get("https://appassets.androidplatform.net/");
    assertEquals(200, page.getStatusCode());
    assertEquals("text/html", page.getMimeType());
    assertEquals("utf-8", page.getEncoding());
    assertTrue(text(page).contains("<title>page</title>"));
    Map<String, String> headers = page.getResponseHeaders();
    assertEquals("isolate-and-require-corp", headers.get("Document-Isolation-Policy"));
    assertEquals("same-origin", headers.get("Cross-Origin-Opener-Policy"));
    assertEquals("require-corp", headers.get("Cross-Origin-Embedder-Policy"));
    assertTrue(headers.get("Content-Security-Policy").startsWith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
  }

  @Test
  public void filesComeWholeOrInParts() throws IOException {
    assertEquals("0123456789", text(get("https://appassets.androidplatform.net/weights.onnx")));
    assertEquals("345", text(get("https://appassets.androidplatform.net/weights.onnx?o=3&n=3")));
    assertEquals("text/javascript", get("https://appassets.androidplatform.net/main.js").getMimeType());
  }

  @Test
  public void whatIsNotThereIsAnAnswer() throws IOException {
    WebResourceResponse none = get("https://appassets.androidplatform.net/none.js");
    assertEquals(404, none.getStatusCode());
    assertEquals("404\n", text(none));
    assertTrue(none.getResponseHeaders().containsKey("Content-Security-Policy"));
  }

  @Test
  public void otherOriginsAreNotServed() {
    for (String url :
        new String[] {
          "https://example.com/index.html",
          "http://appassets.androidplatform.net/index.html",
          "https://appassets.androidplatform.net.example.com/index.html",
          "https://appassets.androidplatform.net@example.com/index.html",
          "https://appassets.androidplatform.net:444/index.html",
          "file:///android_asset/web/index.html",
          "content://pocketdiffusion.app/index.html",
        }) {
      assertNull(url, get(url));
    }
  }

  @Test
  public void linksToOtherPlacesOpenInTheBrowser() {
    assertFalse(leaves("https://appassets.androidplatform.net/#x", true));
    assertNull(shadowOf(activity).getNextStartedActivity());
    assertTrue(leaves("https://example.com/license", true));
    Intent opened = shadowOf(activity).getNextStartedActivity();
    assertEquals(Intent.ACTION_VIEW, opened.getAction());
    assertEquals(Uri.parse("https://example.com/license"), opened.getData());
  }

  @Test
  public void whatNobodyTouchedAndWhatIsNoPageOpensNowhere() {
    assertTrue(leaves("https://example.com/", false));
    for (String url : new String[] {"file:///sdcard/x", "content://x/y", "intent://x#Intent;end", "javascript:alert(1)", "data:,x"}) {
      assertTrue(url, leaves(url, true));
    }
    assertNull(shadowOf(activity).getNextStartedActivity());
  }

  private static WebResourceRequest request(String method, String url, boolean gesture) {
    return new WebResourceRequest() {
      @Override
      public Uri getUrl() {
        return Uri.parse(url);
      }

      @Override
      public boolean isForMainFrame() {
        return true;
      }

      @Override
      public boolean isRedirect() {
        return false;
      }

      @Override
      public boolean hasGesture() {
        return gesture;
      }

      @Override
      public String getMethod() {
        return method;
      }

      @Override
      public Map<String, String> getRequestHeaders() {
        return Collections.emptyMap();
      }
    };
  }
}
