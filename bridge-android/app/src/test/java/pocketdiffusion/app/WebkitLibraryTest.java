package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import android.webkit.WebView;
import androidx.webkit.WebViewCompat;
import androidx.webkit.WebViewFeature;
import java.util.Collections;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;

/** A build with androidx.webkit, whose classes are imitated here: this build may not count on any registry for them. */
@RunWith(RobolectricTestRunner.class)
public final class WebkitLibraryTest {
  private static final String ORIGIN = "https://appassets.androidplatform.net";

  @Before
  @After
  public void reset() {
    WebViewCompat.reset();
    WebViewFeature.reset();
  }

  @Test
  public void thePagesOriginAloneIsListedBeforeItIsLoaded() {
    MainActivity activity = Robolectric.buildActivity(MainActivity.class).setup().get();
    assertEquals(Collections.singleton(ORIGIN), WebViewCompat.allowed);
    assertNull("nothing was loaded yet", WebViewCompat.loaded);
    assertEquals(ORIGIN + "/", activity.page().view().getUrl());
  }

  @Test
  public void aWebViewThatDoesNotKnowItIsLeftAsItIs() {
    WebView view = new WebView(RuntimeEnvironment.getApplication());
    assertTrue(WebkitLibrary.isolate(view, ORIGIN));
    WebViewCompat.allowed = null;
    for (String feature : WebViewFeature.ISOLATION) {
      WebViewFeature.SUPPORTED.remove(feature);
      assertFalse(feature, WebkitLibrary.isolate(view, ORIGIN));
      WebViewFeature.SUPPORTED.add(feature);
    }
    assertNull(WebViewCompat.allowed);
  }

  @Test
  public void bytesAreCarriedWhereTheWebViewKnowsAllThatItTakes() {
    assertFalse(WebkitLibrary.carriesBytes());
    WebViewFeature.SUPPORTED.addAll(WebViewFeature.MESSAGES);
    assertTrue(WebkitLibrary.carriesBytes());
    for (String feature : WebViewFeature.MESSAGES) {
      WebViewFeature.SUPPORTED.remove(feature);
      assertFalse(feature, WebkitLibrary.carriesBytes());
      WebViewFeature.SUPPORTED.add(feature);
    }
  }

  @Test
  public void withoutThemNoObjectIsInThePage() {
    Robolectric.buildActivity(MainActivity.class).setup();
    assertNull(WebViewCompat.listener);
  }
}
