package pocketdiffusion.host;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Host;

/** The server with those who connect to it in all ways but the right one, and with one that does it rightly beside them. */
public final class LoopbackServerTest {
  private final Token token = Token.fresh();
  private Host host;
  private LoopbackServer server;
  private int port;

  @Before
  public void start() throws IOException {
    host = Host.over(BareEngine.over("test", new Desktop(), Collections::emptyList));
    server = LoopbackServer.start(host, Admission.of(Collections.singleton(Client.ORIGIN), token), 0, LoopbackServerTest::fail);
    port = server.port();
  }

  @After
  public void stop() {
    server.close();
    host.close();
  }

  /** The server's thread may not end of anything else than {@code close}. */
  private static void fail(Throwable thrown) {
    throw new AssertionError(thrown);
  }

  private Client in() throws IOException {
    return Client.in(port, token);
  }

  /** Somebody is let in and answered, whatever others do. */
  private void assertServes() throws IOException {
    try (Client client = in()) {
      client.say(Client.whole(Client.BINARY, Client.hello()));
      String said = Client.text(client.hear());
      assertTrue(said, said.contains("\"type\":\"answer\""));
    }
  }

  @Test
  public void aPageIsAnsweredCallByCall() throws IOException {
    try (Client client = in()) {
      client.say(Client.whole(Client.BINARY, Client.hello()));
      assertTrue(Client.text(client.hear()).contains("\"call\":\"1\""));
      for (int call = 2; call < 200; call++) {
        client.say(Client.whole(Client.BINARY, Client.status(call)));
        String said = Client.text(client.hear());
        assertTrue(said, said.contains("\"call\":\"" + call + "\""));
      }
    }
  }

  @Test
  public void theFirstFramesMayComeWithTheRequest() throws IOException {
    try (Client client = Client.to(port)) {
      byte[] request = Client.request(port, token).getBytes("ISO-8859-1");
      byte[] frame = Client.whole(Client.BINARY, Client.hello());
      byte[] both = Arrays.copyOf(request, request.length + frame.length);
      System.arraycopy(frame, 0, both, request.length, frame.length);
      client.say(both);
      assertTrue(client.head().startsWith("HTTP/1.1 101 "));
      assertTrue(Client.text(client.hear()).contains("\"type\":\"answer\""));
    }
  }

  @Test
  public void aRequestMayComeByteByByte() throws IOException {
    try (Client client = Client.to(port)) {
      for (byte each : Client.request(port, token).getBytes("ISO-8859-1")) client.say(new byte[] {each});
      assertTrue(client.head().startsWith("HTTP/1.1 101 "));
    }
  }

  @Test
  public void whoIsNotAdmittedIsRefusedAndNothingOfItIsRead() throws IOException {
    String sound = Client.request(port, token);
    String[][] strangers = {
      {"403", sound.replace(token.digits, Token.fresh().digits)},
      {"403", sound.replace(Client.ORIGIN, "http://localhost:8081")},
      {"403", sound.replace("Host: 127.0.0.1", "Host: evil.example")},
      {"403", sound.replace("pocket-diffusion, ", "")},
      {"400", sound.replace("Version: 13", "Version: 12")},
      {"400", "\r\n\r\n"},
      {"431", "GET / HTTP/1.1\r\nCookie: " + String.join("", Collections.nCopies(9000, "x"))},
    };
    for (String[] stranger : strangers) {
      try (Client client = Client.to(port)) {
        client.say(stranger[1]);
        client.say(Client.whole(Client.BINARY, Client.hello()));
        String head = client.head();
        assertTrue(stranger[1] + head, head.startsWith("HTTP/1.1 " + stranger[0] + " "));
        assertNull(client.hear());
      }
    }
    assertServes();
  }

  @Test
  public void thereAreFourAtATimeAndOneMoreWhenOneHasGone() throws IOException {
    List<Client> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) all.add(in());
    try (Client fifth = Client.to(port)) {
      fifth.say(Client.request(port, token));
      assertTrue(fifth.head().startsWith("HTTP/1.1 403 "));
    }
    all.remove(0).close();
    IOException refused = new IOException("never tried");
    for (int tries = 0; refused != null && tries < 500; tries++) {
      try {
        all.add(in());
        refused = null;
      } catch (IOException again) {
        refused = again;
      }
    }
    assertNull(refused);
    for (Client each : all) each.close();
  }

  @Test
  public void whoOnlyConnectsKeepsNobodyOutForLong() throws IOException {
    List<Client> idle = new ArrayList<>();
    for (int i = 0; i < LoopbackServer.MOST_PEERS; i++) idle.add(Client.to(port));
    idle.get(0).say("GET / HTT");
    long started = System.nanoTime();
    for (Client each : idle) assertNull(each.hear());
    long milliseconds = (System.nanoTime() - started) / 1_000_000;
    assertTrue(milliseconds + " ms", milliseconds < 15_000);
    assertServes();
  }

  @Test
  public void whatBreaksTheRulesEndsThatConnectionAlone() throws IOException {
    byte[] tooLong = {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0, 0};
    byte[] unmasked = {(byte) 0x82, 1, 7};
    try (Client other = in()) {
      other.say(Client.whole(Client.BINARY, Client.hello()));
      other.hear();
      for (byte[] wrong : new byte[][] {unmasked, Client.frame(0x83, new byte[0]), Client.frame(0xc2, new byte[1])}) {
        try (Client client = in()) {
          client.say(wrong);
          assertEquals(1002, client.closed());
          assertNull(client.hear());
        }
      }
      try (Client client = in()) {
        client.say(tooLong);
        assertEquals(1009, client.closed());
      }
      try (Client client = in()) {
        client.say(Client.whole(Client.TEXT, "hello".getBytes("UTF-8")));
        String said = Client.text(client.hear());
        assertTrue(said, said.contains("\"code\":\"bad-frame\""));
        assertEquals(1000, client.closed());
      }
      other.say(Client.whole(Client.BINARY, Client.status(2)));
      assertTrue(Client.text(other.hear()).contains("\"call\":\"2\""));
    }
  }

  @Test
  public void pingsAreAnsweredAndACloseIsToo() throws IOException {
    try (Client client = in()) {
      client.say(Client.whole(Client.PING, new byte[] {1, 2, 3}));
      assertArrayEquals(new byte[] {(byte) (0x80 | Client.PONG), 1, 2, 3}, client.hear());
      client.say(Client.whole(Client.CLOSE, new byte[] {3, (byte) 0xe9}));
      assertEquals(1000, client.closed());
      assertNull(client.hear());
    }
  }

  @Test
  public void aCloseForNoReasonOrInNoWordsIsAnsweredAsAViolation() throws IOException {
    try (Client client = in()) {
      client.say(Client.whole(Client.CLOSE, new byte[] {3, (byte) 0xed}));
      assertEquals(1002, client.closed());
    }
    try (Client client = in()) {
      client.say(Client.whole(Client.CLOSE, new byte[] {3, (byte) 0xe8, (byte) 0xc3}));
      assertEquals(1007, client.closed());
    }
  }

  /** Pings behind what ended the conversation are nothing: an answer behind the close would cut what the other side has yet to read. */
  @Test
  public void nothingIsSaidBehindTheClose() throws IOException {
    try (Client client = in()) {
      byte[] nonsense = Client.whole(Client.BINARY, new byte[] {1, 2, 3});
      byte[] ping = Client.whole(Client.PING, new byte[] {1, 2, 3});
      byte[] both = Arrays.copyOf(nonsense, nonsense.length + ping.length);
      System.arraycopy(ping, 0, both, nonsense.length, ping.length);
      client.say(both);
      String said = Client.text(client.hear());
      assertTrue(said, said.contains("\"code\":\"bad-frame\""));
      assertEquals(1000, client.closed());
      assertNull(client.hear());
      // Who was cut hears of it at the second word.
      for (int i = 0; i < 64; i++) client.say(new byte[1 << 16]);
    }
  }

  /** Its answers lie here, up to a bound; the others' are not behind them. */
  @Test
  public void whoDoesNotReadKeepsNobodyWaitingAndIsGivenUp() throws Exception {
    try (Client deaf = in()) {
      deaf.say(Client.whole(Client.BINARY, Client.hello()));
      byte[] ping = Client.whole(Client.PING, new byte[125]);
      byte[] many = new byte[ping.length * 4096];
      for (int i = 0; i < 4096; i++) System.arraycopy(ping, 0, many, i * ping.length, ping.length);
      Thread talker =
          new Thread(
              () -> {
                try {
                  while (true) deaf.say(many);
                } catch (IOException givenUp) {
                  // As it should be.
                }
              });
      talker.setDaemon(true);
      talker.start();
      for (int i = 0; i < 5; i++) assertServes();
      talker.join(60_000);
      assertTrue("it still talks", !talker.isAlive());
    }
    assertServes();
  }

  @Test
  public void whoIsGoneInTheMiddleOfAFrameIsForgotten() throws IOException {
    for (int i = 0; i < 12; i++) {
      Client client = in();
      byte[] frame = Client.whole(Client.BINARY, new byte[100_000]);
      client.say(Arrays.copyOf(frame, 50_000));
      // Half of them with a reset.
      client.socket.setSoLinger(i % 2 == 0, 0);
      client.close();
      for (int tries = 0; ; tries++) {
        try {
          assertServes();
          break;
        } catch (IOException stillFour) {
          assertTrue(tries < 500);
        }
      }
    }
  }

  /** Who is gone wants nothing: neither with a close, nor without a word. */
  @Test
  public void whatAPageWaitedForIsCanceledWhenItIsGone() throws Exception {
    Waiting engine = new Waiting();
    Host equipped = Host.over(engine);
    LoopbackServer other = LoopbackServer.start(equipped, Admission.of(Collections.singleton(Client.ORIGIN), token), 0, LoopbackServerTest::fail);
    String open = "\"session\":\"1\",\"model\":\"" + Waiting.MODEL + "\",\"stage\":\"text_encoder\",\"backend\":\"native-cpu\",\"batch\":\"1\"";
    for (boolean inOrder : new boolean[] {true, false}) {
      Client client = Client.in(other.port(), token);
      client.say(Client.whole(Client.BINARY, Client.hello()));
      client.hear();
      client.say(Client.whole(Client.BINARY, Client.question("\"type\":\"open\",\"call\":\"2\"," + open)));
      assertTrue("it is opening", engine.begun.tryAcquire(20, TimeUnit.SECONDS));
      if (inOrder) client.say(Client.whole(Client.CLOSE, new byte[] {3, (byte) 0xe8}));
      else client.close();
      assertTrue("it was canceled", engine.canceled.tryAcquire(20, TimeUnit.SECONDS));
      client.close();
    }
    other.close();
    equipped.close();
  }

  @Test
  public void anEndOfTheServerIsTold() throws IOException {
    try (Client client = in()) {
      server.close();
      assertEquals(0, client.closed());
    }
  }
}
