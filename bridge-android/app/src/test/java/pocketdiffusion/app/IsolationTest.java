package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import android.webkit.WebView;
import androidx.webkit.WebViewCompat;
import androidx.webkit.WebViewFeature;
import java.util.Arrays;
import java.util.Collections;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;

/** A build with androidx.webkit, whose classes are imitated here: they are on no registry that this build may count on. */
@RunWith(RobolectricTestRunner.class)
public final class IsolationTest {
  private static final String ORIGIN = "https://appassets.androidplatform.net";

  @Before
  @After
  public void reset() {
    WebViewCompat.allowed = null;
    WebViewCompat.loaded = "not yet";
    WebViewFeature.SUPPORTED.addAll(Arrays.asList("MULTI_PROFILE", "CROSS_ORIGIN_ISOLATED_ALLOWLIST"));
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
    assertTrue(Isolation.allow(view, ORIGIN));
    WebViewCompat.allowed = null;
    for (String feature : new String[] {"MULTI_PROFILE", "CROSS_ORIGIN_ISOLATED_ALLOWLIST"}) {
      WebViewFeature.SUPPORTED.remove(feature);
      assertFalse(feature, Isolation.allow(view, ORIGIN));
      WebViewFeature.SUPPORTED.add(feature);
    }
    assertNull(WebViewCompat.allowed);
  }
}
