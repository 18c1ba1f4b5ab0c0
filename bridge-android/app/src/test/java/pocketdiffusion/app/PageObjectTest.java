package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.net.Uri;
import android.os.Looper;
import androidx.webkit.JavaScriptReplyProxy;
import androidx.webkit.WebMessageCompat;
import androidx.webkit.WebMessagePortCompat;
import androidx.webkit.WebViewCompat;
import androidx.webkit.WebViewFeature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;

/** The page speaks by the object that the app put into it, and its frames cross as bytes (PROTOCOL.md section 1). */
@RunWith(RobolectricTestRunner.class)
public final class PageObjectTest {
  private static final String ORIGIN = "https://appassets.androidplatform.net";
  private static final byte[] HELLO = frame("\"type\":\"hello\",\"protocol\":\"1\",\"call\":\"1\",\"protocols\":\"1\"");

  /** A document, as the app answers it. */
  private static final class Document extends JavaScriptReplyProxy {
    final List<String> heard = new ArrayList<>();

    @Override
    public void postMessage(String message) {
      heard.add(message);
    }

    @Override
    public void postMessage(byte[] message) {
      heard.add("bytes");
    }
  }

  private MainActivity activity;
  private final Document document = new Document();

  @Before
  public void start() {
    WebViewCompat.reset();
    WebViewFeature.reset();
    WebViewFeature.SUPPORTED.addAll(WebViewFeature.MESSAGES);
    activity = Robolectric.buildActivity(MainActivity.class).setup().get();
  }

  @After
  public void reset() {
    WebViewCompat.reset();
    WebViewFeature.reset();
  }

  private static byte[] frame(String metadata) {
    byte[] header = ("{\"__metadata__\":{" + metadata + "}}").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(new byte[] {(byte) header.length, (byte) (header.length >> 8)}, 8 + header.length);
    System.arraycopy(header, 0, bytes, 8, header.length);
    return bytes;
  }

  private void says(Document who, String origin, boolean isMainFrame, WebMessageCompat message) {
    WebViewCompat.listener.onPostMessage(activity.page().view(), message, Uri.parse(origin), isMainFrame, who);
    idle();
  }

  private void says(Document who, String text, FakePort... ports) {
    says(who, ORIGIN, true, new WebMessageCompat(text, ports.length == 0 ? null : ports));
  }

  private FakePort connected(Document who) {
    FakePort port = new FakePort();
    says(who, "connect", port);
    return port;
  }

  private static void idle() {
    shadowOf(Looper.getMainLooper()).idle();
  }

  private static String said(FakePort port) {
    idle();
    byte[] frame = port.heard.poll();
    return frame == null ? null : new String(frame, StandardCharsets.UTF_8);
  }

  @Test
  public void theObjectIsForTheExactOriginAloneAndThereBeforeThePageIs() {
    assertEquals("pocketDiffusion", WebViewCompat.objectName);
    assertEquals(Collections.singleton(ORIGIN), WebViewCompat.rules);
    assertNull("nothing was loaded yet", WebViewCompat.loaded);
  }

  @Test
  public void aPageThatBringsAPortHasAConnectionOfBytes() {
    FakePort port = connected(document);
    assertEquals(Collections.singletonList("connected"), document.heard);
    port.say(HELLO);
    String answer = said(port);
    assertTrue(answer, answer.contains("\"type\":\"answer\""));
    assertTrue(answer, answer.contains("\"host\":\"android 0.1.0\""));
    port.say(frame("\"type\":\"status\",\"protocol\":\"1\",\"call\":\"2\""));
    assertNotNull(said(port));
    assertFalse(port.closed);
  }

  @Test
  public void nobodyElseIsHeard() {
    for (String origin : new String[] {"https://example.com", "null", "", "http://appassets.androidplatform.net", ORIGIN + ":444"}) {
      says(document, origin, true, new WebMessageCompat("connect", new WebMessagePortCompat[] {new FakePort()}));
    }
    says(document, ORIGIN, false, new WebMessageCompat("connect", new WebMessagePortCompat[] {new FakePort()}));
    says(document, ORIGIN, true, new WebMessageCompat("connect".getBytes(StandardCharsets.UTF_8)));
    assertEquals(Collections.emptyList(), document.heard);
  }

  @Test
  public void withoutAPortOrWithTwoThereIsNoConnection() {
    says(document, "connect");
    says(document, "connect", new FakePort(), new FakePort());
    assertEquals(Collections.emptyList(), document.heard);
    says(document, "{\"type\":\"job\",\"job\":\"j\"}");
    assertEquals("all else needs none", "j", activity.job().text());
  }

  @Test
  public void textOnAPortOfBytesIsNoFrame() {
    FakePort port = connected(document);
    port.say(new WebMessageCompat("AAAA", null));
    String answer = said(port);
    assertTrue(answer, answer.contains("\"code\":\"bad-frame\""));
    idle();
    assertTrue(port.closed);
    FakePort next = connected(document);
    next.say(HELLO);
    assertNotNull(said(next));
  }

  @Test
  public void aSecondConnectionEndsTheFirst() {
    FakePort first = connected(document);
    FakePort second = connected(document);
    idle();
    assertTrue(first.closed);
    second.say(HELLO);
    assertNotNull(said(second));
    assertEquals(Arrays.asList("connected", "connected"), document.heard);
  }

  @Test
  public void theNextDocumentEndsWhatTheLastOneHadWhetherItIsToldOfOrNot() {
    FakePort first = connected(document);
    shadowOf(activity.page().view()).getWebViewClient().onPageStarted(activity.page().view(), ORIGIN + "/", null);
    idle();
    assertTrue(first.closed);
    FakePort again = connected(document);
    Document next = new Document();
    says(next, "{\"type\":\"idle\"}");
    assertTrue(again.closed);
    activity.say("x");
    assertEquals(Collections.singletonList("x"), next.heard);
    assertFalse(document.heard.contains("x"));
  }

  @Test
  public void aJobIsHandedBackBeforeTheConnection() {
    says(document, "{\"type\":\"job\",\"job\":\"j\"}");
    shadowOf(activity.page().view()).getWebViewClient().onRenderProcessGone(activity.page().view(), null);
    Document next = new Document();
    connected(next);
    assertEquals(Arrays.asList("{\"type\":\"job\",\"job\":\"j\"}", "connected"), next.heard);
  }

  @Test
  public void aDocumentIsNotGreetedBesides() {
    shadowOf(activity.page().view()).getWebViewClient().onPageStarted(activity.page().view(), ORIGIN + "/", null);
    // It would make a channel of the framework's, which Robolectric has none of.
    shadowOf(activity.page().view()).getWebViewClient().onPageFinished(activity.page().view(), ORIGIN + "/");
    FakePort port = connected(document);
    port.say(HELLO);
    assertNotNull(said(port));
  }
}
