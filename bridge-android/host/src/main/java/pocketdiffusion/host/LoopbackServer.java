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

  private final ServerSocketChannel listening;
  private final Selector selector;
  private final Host host;
  private final Admission admission;
  private final Set<Peer> peers = new LinkedHashSet<>();
  private volatile boolean closed = false;

  private LoopbackServer(ServerSocketChannel listening, Selector selector, Host host, Admission admission) {
    this.listening = listening;
    this.selector = selector;
    this.host = host;
    this.admission = admission;
  }

  /** Listens from now on. Port 0 is any that is free. */
  static LoopbackServer start(Host host, Admission admission, int port) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listening.configureBlocking(false);
    Selector selector = Selector.open();
    listening.register(selector, SelectionKey.OP_ACCEPT);
    LoopbackServer server = new LoopbackServer(listening, selector, host, admission);
    Thread thread = new Thread(server::serve, "bridge-socket");
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

  private void serve() {
    try {
      while (!closed) look();
    } catch (IOException unforeseen) {
      System.err.println("host-failed: " + unforeseen.getMessage());
    }
    for (Peer peer : new ArrayList<>(peers)) end(peer);
    try {
      listening.close();
      selector.close();
    } catch (IOException closedAnyway) {
      // Nothing of it is left either way.
    }
  }

  /** Waits until something is to be done, and does it. */
  private void look() throws IOException {
    selector.select(anyIsAwaited() ? LOOK_MILLISECONDS : 0);
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
  }

  private boolean anyIsAwaited() {
    for (Peer peer : peers) {
      if (!peer.isOpen()) return true;
    }
    return false;
  }

  private void accept() {
    try {
      SocketChannel channel = listening.accept();
      if (channel == null) return;
      if (peers.size() == MOST_PEERS) {
        channel.close();
        return;
      }
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Peer peer = new Peer(channel, key, host, this);
      key.attach(peer);
      peers.add(peer);
    } catch (IOException goneAlready) {
      // There are others.
    }
  }

  /** Whatever goes wrong with a peer is the end of that one alone. */
  private void serve(SelectionKey key, Peer peer) {
    try {
      if (key.isReadable() && !peer.read()) end(peer);
      if (key.isValid() && key.isWritable()) peer.flush();
    } catch (IOException | RuntimeException gone) {
      end(peer);
    }
  }

  private void end(Peer peer) {
    peers.remove(peer);
    peer.end();
  }
}
