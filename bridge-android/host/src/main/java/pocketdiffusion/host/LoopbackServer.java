package pocketdiffusion.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import pocketdiffusion.bridge.Host;

/**
 * The host behind a WebSocket on the loopback interface: one thread that hears all of its few peers.
 *
 * <p>Ours, and not a library's, for what a call costs: a message is handed on by the thread that has read it, and its answer is written by
 * the thread that has it.
 *
 * <p>Invariant: {@code peers} are those that were accepted and not ended.
 */
final class LoopbackServer implements AutoCloseable {
  /** Those that may connect at all: pages that are let in, and some that have yet to ask. */
  static final int MOST_PEERS = 16;
  private static final long LOOK_MILLISECONDS = 250;

  /** Where those who connect come in. */
  interface Door {
    /** The next; null where nobody is there. Throws where the system has no room for one more. */
    SocketChannel accept() throws IOException;
  }

  private final ServerSocketChannel listening;
  private final Door door;
  private final Selector selector;
  private final SelectionKey accepting;
  private final Host host;
  private final Admission admission;
  private final Set<Peer> peers = new LinkedHashSet<>();
  private volatile boolean closed = false;
  /** When somebody is accepted again, where nobody is. */
  private long shutUntil = 0;

  private LoopbackServer(ServerSocketChannel listening, Door door, Selector selector, Host host, Admission admission)
      throws IOException {
    this.listening = listening;
    this.door = door;
    this.selector = selector;
    this.accepting = listening.register(selector, SelectionKey.OP_ACCEPT);
    this.host = host;
    this.admission = admission;
  }

  /** Listens from now on. Port 0 is any that is free. {@code failed} hears what ended it, where it was not closed. */
  static LoopbackServer start(Host host, Admission admission, int port, Consumer<Throwable> failed) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    return start(host, admission, port, listening, listening::accept, failed);
  }

  static LoopbackServer start(
      Host host, Admission admission, int port, ServerSocketChannel listening, Door door, Consumer<Throwable> failed)
      throws IOException {
    listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listening.configureBlocking(false);
    Selector selector = Selector.open();
    LoopbackServer server = new LoopbackServer(listening, door, selector, host, admission);
    Thread thread = new Thread(() -> server.serve(failed), "bridge-socket");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  int port() {
    return listening.socket().getLocalPort();
  }

  /** Ends all connections; whoever is there learns it from the system. */
  @Override
  public void close() {
    closed = true;
    wake();
  }

  boolean admits(UpgradeRequest request) {
    int present = 0;
    for (Peer peer : peers) present += peer.isOpen() ? 1 : 0;
    String protocols = request.field("Sec-WebSocket-Protocol");
    return admission.admits(request.field("Host"), request.field("Origin"), protocols, port(), present);
  }

  /** A peer wants to write, or to be looked at. */
  void wake() {
    selector.wakeup();
  }

  private void serve(Consumer<Throwable> failed) {
    try {
      try {
        while (!closed) look();
      } finally {
        release();
      }
    } catch (Throwable unforeseen) {
      // A port at which nobody listens any more must not look like one at which somebody does.
      failed.accept(unforeseen);
    }
  }

  private void release() throws IOException {
    try {
      listening.close();
      for (Peer peer : new ArrayList<>(peers)) end(peer);
    } finally {
      selector.close();
    }
  }

  /** Waits until something is to be done, and does it. */
  private void look() throws IOException {
    boolean shut = accepting.interestOps() == 0;
    selector.select(shut || anyIsAwaited() ? LOOK_MILLISECONDS : 0);
    for (SelectionKey key : selector.selectedKeys()) {
      if (!key.isValid()) continue;
      if (key.attachment() == null) accept();
      else serve(key, (Peer) key.attachment());
    }
    selector.selectedKeys().clear();
    long now = System.nanoTime();
    for (Peer peer : new ArrayList<>(peers)) {
      if (peer.isLate(now)) end(peer);
    }
    if (shut && now - shutUntil >= 0) accepting.interestOps(SelectionKey.OP_ACCEPT);
  }

  private boolean anyIsAwaited() {
    for (Peer peer : peers) {
      if (!peer.isOpen()) return true;
    }
    return false;
  }

  private void accept() {
    SocketChannel channel;
    try {
      channel = door.accept();
    } catch (IOException noRoom) {
      // Who could not be accepted still waits, so that a selector would tell of it again at once, and forever.
      accepting.interestOps(0);
      shutUntil = System.nanoTime() + LOOK_MILLISECONDS * 1_000_000;
      return;
    }
    if (channel == null) return;
    try {
      if (peers.size() == MOST_PEERS) end(leastMissed());
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Peer peer = new Peer(channel, key, host, this);
      key.attach(peer);
      peers.add(peer);
    } catch (IOException | OutOfMemoryError goneAlready) {
      close(channel);
    }
  }

  /** Of more than can be let in: who has said least for longest, or is about to go. */
  private Peer leastMissed() {
    Peer going = null;
    for (Peer peer : peers) {
      if (peer.isAsking()) return peer;
      if (going == null && !peer.isOpen()) going = peer;
    }
    return going;
  }

  /** Whatever goes wrong with a peer is the end of that one alone: also that there is no room for what it says. */
  private void serve(SelectionKey key, Peer peer) {
    try {
      if (key.isReadable() && !peer.read()) end(peer);
      if (key.isValid() && key.isWritable()) peer.flush();
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError gone) {
      end(peer);
    }
  }

  private void end(Peer peer) {
    peers.remove(peer);
    peer.end();
  }

  static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException closedAnyway) {
      // Nothing of it is left either way.
    }
  }
}
