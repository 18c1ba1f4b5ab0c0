package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Test;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.ort.OrtEngine;

/** From the greeting of a document to frames, over ports that are texts (PROTOCOL.md section 1). */
public final class HandshakeTest {
  private static final String HOME = PageServer.HOME;

  private static final Device NOWHERE =
      new Device() {
        @Override
        public String soc() {
          return null;
        }

        @Override
        public String thermal() {
          return "light";
        }

        @Override
        public long totalBytes() {
          return 12;
        }

        @Override
        public long availableBytes() {
          return 3;
        }
      };

  private final Host host = Host.over(BareEngine.over("test", NOWHERE, Collections::emptyList));
  private final FakeFrame frame = new FakeFrame();
  private final FakeWishes wishes = new FakeWishes();
  private final Handshake handshake = Handshake.with(frame, host, Runnable::run, wishes);

  @After
  public void close() {
    host.close();
  }

  private FakeFrame.End control() {
    handshake.started();
    handshake.finished(HOME);
    return frame.port;
  }

  private static FakeFrame.End connected(FakeFrame.End control) {
    control.post("connect");
    return (FakeFrame.End) control.carried;
  }

  /** A frame without tensors, as the page would write it. */
  private static String frame(String metadata) {
    byte[] header = ("{\"__metadata__\":{" + metadata + "}}").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(new byte[] {(byte) header.length, (byte) (header.length >> 8)}, 8 + header.length);
    System.arraycopy(header, 0, bytes, 8, header.length);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String hello() {
    return frame("\"type\":\"hello\",\"protocol\":\"1\",\"call\":\"1\",\"protocols\":\"1\"");
  }

  private static String said(FakeFrame.End end) {
    String last = end.heard.get(end.heard.size() - 1);
    return new String(Base64.getDecoder().decode(last), StandardCharsets.UTF_8);
  }

  @Test
  public void aDocumentIsGreetedOnceWhenItHasLoaded() {
    handshake.started();
    assertEquals(Collections.emptyList(), frame.heard);
    handshake.finished(HOME);
    assertEquals(Collections.singletonList("pocket-diffusion"), frame.heard);
    // As of another fragment of its address.
    handshake.finished(HOME + "#x");
    assertEquals(1, frame.heard.size());
    FakeFrame.End first = frame.port;
    control();
    assertEquals(2, frame.heard.size());
    assertNotSame(first, frame.port);
  }

  @Test
  public void aDocumentOfAnotherOriginIsNotGreeted() {
    handshake.started();
    handshake.finished("https://example.com/");
    handshake.finished("about:blank");
    assertEquals(Collections.emptyList(), frame.heard);
  }

  @Test
  public void aPageThatAsksGetsAConnectionThatAnswers() {
    FakeFrame.End control = control();
    FakeFrame.End page = connected(control);
    assertEquals(Collections.singletonList("connected"), control.heard);
    page.post(hello());
    assertTrue(said(page), said(page).contains("\"type\":\"answer\""));
    assertTrue(said(page), said(page).contains("\"npu\":{\"available\":false,\"why\":\"not-built-in\"}"));
    assertTrue(said(page), said(page).contains("\"native-cpu\":{\"available\":false,\"why\":\"not-built-in\"}"));
    assertTrue(said(page), said(page).contains("\"thermal\":\"light\""));
    assertTrue(said(page), said(page).contains("\"totalBytes\":12,\"availableBytes\":3"));
  }

  @Test
  public void aSecondConnectionEndsTheFirst() {
    FakeFrame.End control = control();
    FakeFrame.End first = connected(control);
    FakeFrame.End second = connected(control);
    assertEquals(Arrays.asList("connected", "connected"), control.heard);
    first.post(hello());
    assertEquals(Collections.emptyList(), first.heard);
    second.post(hello());
    assertEquals(1, second.heard.size());
  }

  @Test
  public void theNextDocumentEndsWhatTheLastOneHad() {
    FakeFrame.End control = control();
    FakeFrame.End page = connected(control);
    handshake.started();
    page.post(hello());
    assertEquals(Collections.emptyList(), page.heard);
    control.carried = null;
    assertNull(connected(control));
  }

  @Test
  public void whatIsNoFrameEndsTheConnectionAndNotTheNextOne() {
    FakeFrame.End control = control();
    String[] nonsense = {null, "", "x", "====", "AA A", "AAA", "AAAAA", hello().substring(0, 8), hello().replace('A', '*')};
    for (String text : nonsense) {
      FakeFrame.End page = connected(control);
      page.post(text);
      assertTrue(said(page), said(page).contains("\"code\":\"bad-frame\""));
      page.post(hello());
      assertEquals(1, page.heard.size());
    }
    FakeFrame.End page = connected(control);
    page.post(hello());
    assertTrue(said(page), said(page).contains("\"type\":\"answer\""));
  }

  @Test
  public void base64WithoutItsPaddingIsNoFrame() {
    String metadata = "\"type\":\"hello\",\"protocol\":\"1\",\"call\":\"1\",\"protocols\":\"1\"";
    while (!frame(metadata).endsWith("==")) metadata = " " + metadata;
    FakeFrame.End control = control();
    FakeFrame.End page = connected(control);
    page.post(frame(metadata).replace("=", ""));
    assertTrue(said(page), said(page).contains("\"code\":\"bad-frame\""));
    page = connected(control);
    page.post(frame(metadata));
    assertTrue(said(page), said(page).contains("\"type\":\"answer\""));
  }

  /** Its networks hold gigabytes, and nobody tells that the worker which opened them is gone. */
  @Test
  public void whatAConnectionHadOpenIsClosedByTheNextOne() throws Exception {
    OrtEngine engine = OrtEngine.over("toy", NOWHERE, null);
    Host equipped = Host.over(engine);
    Handshake other = Handshake.with(frame, equipped, Runnable::run, wishes);
    other.started();
    other.finished(HOME);
    FakeFrame.End control = frame.port;
    String network = "\"session\":\"1\",\"model\":\"" + OrtEngine.MODEL + "\",\"stage\":\"unet\",\"backend\":\"native-cpu\"";
    String open = network + ",\"batch\":\"1\",\"width\":\"64\",\"height\":\"64\"";
    for (int i = 0; i < 3; i++) {
      FakeFrame.End page = connected(control);
      BlockingQueue<String> answers = new LinkedBlockingQueue<>();
      page.listen(answers::add);
      page.post(hello());
      page.post(frame("\"type\":\"open\",\"protocol\":\"1\",\"call\":\"2\"," + open));
      assertNotNull(answers.poll(20, TimeUnit.SECONDS));
      assertNotNull(answers.poll(20, TimeUnit.SECONDS));
      assertEquals(1, engine.open.get());
    }
    equipped.close();
  }

  @Test
  public void whatThePageWantsIsHeardAndNothingElse() {
    FakeFrame.End control = control();
    wishes.heard.clear();
    for (String text : new String[] {null, "", "Connect", "connected", "connect ", "{\"type\":\"sing\"}", hello()}) control.post(text);
    assertEquals(Collections.emptyList(), control.heard);
    assertEquals(Collections.emptyList(), wishes.heard);
    control.post("models");
    control.post("{\"type\":\"drawing\"}");
    control.post("{\"type\":\"progress\",\"index\":3,\"of\":20}");
    control.post("{\"type\":\"saving\",\"url\":\"blob:x\",\"name\":\"a.png\"}");
    control.post("{\"type\":\"job\",\"job\":\"j\"}");
    control.post("{\"type\":\"job\",\"job\":null}");
    control.post("{\"type\":\"idle\"}");
    assertEquals(
        Arrays.asList("models", "drawing", "progress 3 of 20", "saving blob:x as a.png", "keep j", "keep null", "idle"),
        wishes.heard);
    assertEquals(Collections.emptyList(), control.heard);
  }

  @Test
  public void aJobIsHandedBackBeforeTheConnection() {
    wishes.job = "j";
    FakeFrame.End control = control();
    assertEquals(Collections.emptyList(), control.heard);
    connected(control);
    assertEquals(Arrays.asList("{\"type\":\"job\",\"job\":\"j\"}", "connected"), control.heard);
  }

  @Test
  public void whatIsSaidGoesToTheDocumentThatIsThere() {
    handshake.say("a");
    FakeFrame.End control = control();
    handshake.say("b");
    assertEquals(Collections.singletonList("b"), control.heard);
    handshake.started();
    handshake.say("c");
    assertEquals(Collections.singletonList("b"), control.heard);
  }

  @Test
  public void theEndOfADocumentIsHeardOf() {
    control();
    wishes.heard.clear();
    handshake.started();
    assertEquals(Collections.singletonList("gone"), wishes.heard);
  }

  @Test
  public void theEndMayComeAtAnyTimeAndTwice() {
    handshake.end();
    FakeFrame.End control = control();
    connected(control);
    handshake.end();
    handshake.end();
    handshake.finished(HOME);
    assertEquals(1, frame.heard.size());
    assertFalse(frame.port.closed);
  }
}
