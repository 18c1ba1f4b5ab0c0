package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.AlertDialog;
import android.content.Intent;
import android.content.res.Configuration;
import android.os.Bundle;
import android.view.ViewGroup;
import android.webkit.WebSettings;
import android.webkit.WebView;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.shadows.ShadowDialog;
import org.robolectric.shadows.ShadowLooper;

/** The screen: it starts, shows the page, and goes on when what draws the page has died. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = {28, 33})
public final class MainActivityTest {
  private ActivityController<MainActivity> controller;
  private MainActivity activity;

  @Before
  public void start() {
    controller = Robolectric.buildActivity(MainActivity.class).setup();
    activity = controller.get();
  }

  private WebView view() {
    return activity.page().view();
  }

  private void die() {
    assertTrue(shadowOf(view()).getWebViewClient().onRenderProcessGone(view(), null));
  }

  @Test
  public void showsThePageAndNothingElse() {
    assertEquals("https://appassets.androidplatform.net/", shadowOf(view()).getLastLoadedUrl());
    WebSettings settings = view().getSettings();
    assertTrue(settings.getJavaScriptEnabled());
    assertTrue(settings.getDomStorageEnabled());
    assertFalse(settings.getAllowFileAccess());
    assertFalse(settings.getAllowContentAccess());
    assertFalse(settings.supportMultipleWindows());
  }

  @Test
  public void aDeadRendererIsReplacedAndThePageLoadedAnew() {
    WebView dead = view();
    ViewGroup frame = (ViewGroup) dead.getParent();
    die();
    assertNotSame(dead, view());
    assertTrue(shadowOf(dead).wasDestroyCalled());
    assertNull(dead.getParent());
    assertSame(frame, view().getParent());
    assertEquals("https://appassets.androidplatform.net/", shadowOf(view()).getLastLoadedUrl());
  }

  @Test
  public void oneThatDiesAtOnceAgainIsReplacedWhenThePersonWantsIt() {
    die();
    die();
    assertNull(view());
    AlertDialog dialog = (AlertDialog) ShadowDialog.getLatestDialog();
    assertTrue(dialog.isShowing());
    dialog.getButton(AlertDialog.BUTTON_POSITIVE).performClick();
    ShadowLooper.idleMainLooper();
    assertNotNull(view());
  }

  @Test
  public void rotationAndNightKeepThePage() {
    WebView before = view();
    Configuration turned = new Configuration(activity.getResources().getConfiguration());
    turned.orientation = Configuration.ORIENTATION_LANDSCAPE;
    turned.uiMode = Configuration.UI_MODE_NIGHT_YES | Configuration.UI_MODE_TYPE_NORMAL;
    controller.configurationChange(turned);
    assertSame(activity, controller.get());
    assertSame(before, view());
    assertFalse(shadowOf(before).wasDestroyCalled());
  }

  @Test
  @SuppressWarnings("deprecation")
  public void backGoesBackInThePageAndThenLeavesItAsItIs() {
    shadowOf(view()).setCanGoBack(true);
    activity.onBackPressed();
    assertEquals(1, shadowOf(view()).getGoBackInvocations());
    shadowOf(view()).setCanGoBack(false);
    activity.onBackPressed();
    assertFalse(activity.isFinishing());
    assertNotNull(view());
  }

  @Test
  public void theLauncherShowsTheModels() {
    controller.newIntent(new Intent(MainActivity.MODELS));
    assertTrue(ShadowDialog.getLatestDialog().isShowing());
  }

  private KeptJob job() {
    return activity.job();
  }

  @Test
  public void whatThePageWasAtOutlivesItsRenderer() {
    job().keep("a");
    shadowOf(view()).getWebViewClient().onPageStarted(view(), PageServer.HOME, null);
    assertNull("a page that is loaded anew knows by itself", job().text());
    job().keep("b");
    die();
    shadowOf(view()).getWebViewClient().onPageStarted(view(), PageServer.HOME, null);
    assertEquals("b", job().handBack());
  }

  @Test
  public void whatThePageWasAtOutlivesTheProcess() {
    job().keep("a");
    Bundle saved = new Bundle();
    controller.pause().stop().saveInstanceState(saved).destroy();
    MainActivity next = Robolectric.buildActivity(MainActivity.class).setup(saved).get();
    shadowOf(next.page().view()).getWebViewClient().onPageStarted(next.page().view(), PageServer.HOME, null);
    assertEquals("a", next.job().handBack());
  }

  /** It went on in the background, and was done before the process was. */
  @Test
  public void whatWasDoneAfterItWasSavedIsNotHandedBack() {
    job().keep("a");
    Bundle saved = new Bundle();
    controller.pause().stop().saveInstanceState(saved);
    assertEquals("a", saved.getString("job"));
    job().keep(null);
    controller.destroy();
    MainActivity next = Robolectric.buildActivity(MainActivity.class).setup(saved).get();
    shadowOf(next.page().view()).getWebViewClient().onPageStarted(next.page().view(), PageServer.HOME, null);
    assertNull(next.job().handBack());
    assertNull(next.job().text());
  }

  @Test
  public void whatThePersonEndedIsNotHandedBack() {
    job().keep("a");
    Bundle saved = new Bundle();
    controller.pause().stop().saveInstanceState(saved);
    activity.finish();
    controller.destroy();
    MainActivity next = Robolectric.buildActivity(MainActivity.class).setup(saved).get();
    assertNull(next.job().text());
  }

  @Test
  public void nothingIsLeftWhenItEnds() {
    WebView last = view();
    controller.pause().stop().destroy();
    assertTrue(shadowOf(last).wasDestroyCalled());
    assertNull(view());
  }
}
