package pocketdiffusion.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Host;

/** The server where there is no room: of memory, of the system's files, among its peers. */
public final class LoopbackServerFailuresTest {
  private static final IOException FULL = new IOException("Too many open files");

  private final Token token = Token.fresh();
  private final Admission admission = Admission.of(Collections.singleton(Client.ORIGIN), token);
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final AtomicInteger knocks = new AtomicInteger();
  private volatile Throwable obstacle = null;
  private Host host;
  private LoopbackServer server;

  @Before
  public void start() throws IOException {
    host = Host.over(BareEngine.over("test", new Desktop(), Collections::emptyList));
    ServerSocketChannel listening = ServerSocketChannel.open();
    LoopbackServer.Door door =
        () -> {
          knocks.incrementAndGet();
          if (obstacle instanceof IOException) throw (IOException) obstacle;
          if (obstacle instanceof Error) throw (Error) obstacle;
          return listening.accept();
        };
    server = LoopbackServer.start(host, admission, 0, listening, door, failures::add);
  }

  @After
  public void stop() {
    server.close();
    host.close();
  }

  private void assertServes(int port) throws IOException {
    try (Client client = Client.in(port, token)) {
      client.say(Client.whole(Client.BINARY, Client.hello()));
      String said = Client.text(client.hear());
      assertTrue(said, said.contains("\"type\":\"answer\""));
    }
  }

  /** Four messages of 60 MiB are 240: more than there is, at the latest with the second. */
  @Test
  public void whoSaysMoreThanThereIsRoomForEndsAlone() throws IOException {
    try (SmallHost small = SmallHost.of("112m", token)) {
      byte[] most = Arrays.copyOf(Client.whole(Client.BINARY, new byte[60 << 20]), 60 << 20);
      List<Client> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) all.add(Client.in(small.port, token));
      int ended = 0;
      for (Client each : all) {
        try {
          each.say(most);
        } catch (IOException cut) {
          ended++;
        }
      }
      assertTrue(ended + " of 4 were ended", ended > 0);
      for (Client each : all) each.close();
      for (int tries = 0; ; tries++) {
        try {
          assertServes(small.port);
          break;
        } catch (IOException stillFour) {
          if (stillFour instanceof ConnectException || tries == 500) throw stillFour;
        }
      }
      assertTrue(small.isAlive());
    }
  }

  @Test
  public void whatIsUnforeseenEndsAllOfItAndIsTold() throws Exception {
    try (Client client = Client.in(server.port(), token)) {
      int port = server.port();
      obstacle = new InternalError("unforeseen");
      Client.to(port).close();
      assertSame(obstacle, failures.poll(20, TimeUnit.SECONDS));
      assertEquals(0, client.closed());
      try {
        Client.to(port).close();
        throw new AssertionError("it still listens");
      } catch (ConnectException nobodyListens) {
        assertNull(failures.poll());
      }
    }
  }

  /** Nobody can be accepted for a second, in which the server looks four times or so; then the same client is. */
  @Test
  public void whereNobodyCanBeAcceptedItWaitsAndThenAccepts() throws Exception {
    obstacle = FULL;
    try (Client client = Client.to(server.port())) {
      client.say(Client.request(server.port(), token));
      client.socket.setSoTimeout(1000);
      try {
        client.head();
        throw new AssertionError("it was accepted");
      } catch (SocketTimeoutException notYet) {
        obstacle = null;
      }
      assertTrue("tried " + knocks, knocks.get() > 1 && knocks.get() < 10);
      client.socket.setSoTimeout(20_000);
      assertTrue(client.head().startsWith("HTTP/1.1 101 "));
    }
    assertNull(failures.poll());
  }

  /** Theirs is a patience of 5 seconds, which nobody else needs to have. */
  @Test
  public void whoOnlyConnectsMakesRoomForWhoAsks() throws IOException {
    List<Client> silent = new ArrayList<>();
    for (int i = 0; i < LoopbackServer.MOST_PEERS; i++) silent.add(Client.to(server.port()));
    long started = System.nanoTime();
    assertServes(server.port());
    assertNull("the first of them went", silent.get(0).hear());
    long milliseconds = (System.nanoTime() - started) / 1_000_000;
    assertTrue(milliseconds + " ms", milliseconds < 3000);
    for (Client each : silent) each.close();
  }
}
