package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Test;

/** Connections where time matters: canceling, caps, pages that go, engines that break. */
public final class ConnectionTest {
  private final ToyEngine engine = new ToyEngine();
  private final Host host = Host.over(engine, 20);

  @After
  public void close() {
    host.close();
  }

  private static void heard(Frame frame, String type, long call, String code) {
    String found = frame.metadata.toString();
    assertEquals(found, type, frame.metadata.get("type"));
    assertEquals(found, Long.toString(call), frame.metadata.get("call"));
    assertEquals(found, code, frame.metadata.get("code"));
  }

  private Page withSession() throws Exception {
    Page page = Page.greetedBy(host);
    page.open(2, "1");
    heard(page.hear(), "answer", 2, null);
    return page;
  }

  /** The page's run is going on when this returns. */
  private void runs(Page page, long call) throws Exception {
    engine.begun = new CountDownLatch(1);
    page.run(call, "1");
    engine.begun.await();
    engine.begun = null;
  }

  @Test
  public void aCanceledRunStopsAndTheNextOneRuns() throws Exception {
    Page page = withSession();
    runs(page, 3);
    page.run(4, "1");
    page.ask(3, "cancel");
    heard(page.hear(), "error", 3, "aborted");
    heard(page.hear(), "answer", 4, null);
  }

  @Test
  public void theHostMayCancelWhatEveryPageWaitsFor() throws Exception {
    Page page = withSession();
    Page other = Page.greetedBy(host);
    runs(page, 3);
    other.open(2, "1");
    host.cancelAll();
    heard(page.hear(), "error", 3, "aborted");
    heard(other.hear(), "error", 2, "aborted");
    page.run(4, "1");
    heard(page.hear(), "answer", 4, null);
  }

  @Test
  public void aCallCanceledBeforeItsTurnIsNotBegun() throws Exception {
    Page page = withSession();
    runs(page, 3);
    page.open(4, "2");
    page.ask(4, "cancel");
    page.ask(3, "cancel");
    heard(page.hear(), "error", 3, "aborted");
    heard(page.hear(), "error", 4, "aborted");
    assertEquals(1, engine.open);
  }

  @Test
  public void allThatIsPendingIsToldToBeGoingOn() throws Exception {
    Page page = withSession();
    runs(page, 3);
    page.run(4, "1");
    boolean[] told = new boolean[5];
    while (!told[3] || !told[4]) {
      Frame frame = page.hearAny();
      assertEquals("progress", frame.metadata.get("type"));
      told[Integer.parseInt(frame.metadata.get("call"))] = true;
    }
    page.ask(3, "cancel");
  }

  @Test
  public void openingTellsHowFarItIs() throws Exception {
    Page page = Page.greetedBy(host);
    page.open(2, "1");
    Frame progress = page.hearAny();
    assertEquals("1/2", progress.metadata.get("done") + "/" + progress.metadata.get("of"));
  }

  @Test
  public void aPageThatGoesIsForgottenAndWhatItHadIsClosed() throws Exception {
    Page page = withSession();
    runs(page, 3);
    page.connection.ended();
    assertEquals(0, page.rest().stream().filter(frame -> frame.metadata.get("type").equals("error")).count());
    assertEquals(0, engine.open);
    page.run(4, "1");
    assertTrue(page.rest().isEmpty());
  }

  @Test
  public void whatAPageOpensWhileItGoesIsClosedToo() throws Exception {
    Page page = withSession();
    runs(page, 3);
    page.open(4, "2");
    page.connection.ended();
    page.rest();
    assertEquals(0, engine.open);
  }

  @Test
  public void pagesDoNotSeeEachOthersSessions() throws Exception {
    withSession();
    Page other = Page.greetedBy(host);
    other.run(2, "1");
    heard(other.hear(), "error", 2, "bad-argument");
  }

  @Test
  public void theNinthSessionIsTooMany() throws Exception {
    Page page = Page.greetedBy(host);
    for (int i = 1; i <= Sessions.MOST; i++) {
      page.open(1 + i, Integer.toString(i));
      heard(page.hear(), "answer", 1 + i, null);
    }
    page.open(100, "100");
    heard(page.hear(), "error", 100, "too-large");
    page.ask(101, "close", "session", "1");
    heard(page.hear(), "answer", 101, null);
    page.open(102, "100");
    heard(page.hear(), "answer", 102, null);
  }

  @Test
  public void theSeventeenthCallIsTooMany() throws Exception {
    Page page = withSession();
    runs(page, 3);
    for (int i = 1; i < Connection.MOST_PENDING; i++) page.run(3 + i, "1");
    page.run(100, "1");
    heard(page.hear(), "error", 100, "too-large");
    page.ask(3, "cancel");
  }

  @Test
  public void keptTensorsHaveACapOfNumberAndOfBytes() throws Exception {
    Page page = Page.greetedBy(host);
    Tensor half = Tensor.of(Dtype.U8, new long[] {33 << 20}, ByteBuffer.allocate(33 << 20));
    page.ask(2, "put", Collections.singletonMap("value", half), "kept", "1000");
    heard(page.hear(), "answer", 2, null);
    page.ask(3, "put", Collections.singletonMap("value", half), "kept", "1001");
    heard(page.hear(), "error", 3, "too-large");
    page.ask(4, "drop", "kept", "1000");
    heard(page.hear(), "answer", 4, null);
    page.ask(5, "put", Collections.singletonMap("value", half), "kept", "1000");
    heard(page.hear(), "answer", 5, null);
    for (int i = 1; i < KeptTensors.MOST; i++) {
      page.ask(5 + i, "put", Collections.singletonMap("value", Tensor.text("x")), "kept", Integer.toString(i));
      heard(page.hear(), "answer", 5 + i, null);
    }
    page.ask(100, "put", Collections.singletonMap("value", Tensor.text("x")), "kept", "100");
    heard(page.hear(), "error", 100, "too-large");
  }

  @Test
  public void anEngineThatBreaksIsTellingItsKindAndNoMore() throws Exception {
    Page page = withSession();
    engine.broken = new IllegalStateException("/home/somebody/secret");
    page.run(3, "1");
    Frame frame = page.hear();
    heard(frame, "error", 3, "internal");
    assertEquals("IllegalStateException", frame.metadata.get("got"));
    engine.broken = null;
    engine.error = new OutOfMemoryError();
    page.run(4, "1");
    heard(page.hear(), "error", 4, "out-of-memory");
    engine.error = null;
    page.run(5, "1");
    heard(page.hear(), "answer", 5, null);
  }

  @Test
  public void nonsenseEndsTheConnection() throws Exception {
    Page page = Page.greetedBy(host);
    page.connection.receiveNonsense("text");
    assertEquals("bad-frame", page.hear().metadata.get("code"));
    assertEquals("closed", page.hear().metadata.get("type"));
  }
}
