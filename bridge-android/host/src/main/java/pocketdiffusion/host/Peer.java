package pocketdiffusion.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import pocketdiffusion.bridge.Connection;
import pocketdiffusion.bridge.Host;
import pocketdiffusion.bridge.Outlet;

/**
 * One who has connected: first what it asks for in HTTP, then, where it is admitted, a WebSocket.
 *
 * <p>Invariants: who was not admitted has no {@link Connection}, and nothing of it is read as a message. What is in {@code out} goes out in
 * order and before anything else; whoever sends writes at once what the system takes, and nobody waits for a peer that does not
 * read. Nothing is written behind a close frame. All but the methods of {@code Outlet} are called by the server's one thread.
 */
final class Peer implements Outlet, MessageReader.Listener {
  /** Of a request up to its empty line; browsers send a fourth of it. */
  static final int MOST_HEAD_BYTES = 8192;
  /** What may lie here for a peer that does not read: an answer of the greatest size, and others behind it. */
  static final long MOST_QUEUED_BYTES = 2L * MessageReader.MOST_BYTES;
  private static final long PATIENCE_NANOSECONDS = 5_000_000_000L;
  private static final int IN_BYTES = 1 << 17;
  private static final int BINARY = 0x82;
  private static final int CLOSE = 0x88;
  private static final int PONG = 0x8a;
  private static final int NORMAL = 1000;

  private enum State {
    ASKING,
    OPEN,
    /** Nothing more is said, nor heeded, once what lies here has gone out. */
    CLOSING
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Host host;
  private final LoopbackServer server;
  private final MessageReader reader = MessageReader.to(this);
  private final StringBuilder head = new StringBuilder();
  /** What has come and was not read yet. */
  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
  private final Queue<ByteBuffer> out = new ArrayDeque<>();
  private long queued = 0;
  private volatile State state = State.ASKING;
  private volatile long deadline = System.nanoTime() + PATIENCE_NANOSECONDS;
  private Connection connection;

  Peer(SocketChannel channel, SelectionKey key, Host host, LoopbackServer server) {
    this.channel = channel;
    this.key = key;
    this.host = host;
    this.server = server;
  }

  /** Whether its request has yet to come. */
  boolean isAsking() {
    return state == State.ASKING;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  /** Whether it was waited for long enough: for its request, or for its end. */
  boolean isLate(long now) {
    return state != State.OPEN && now - deadline > 0;
  }

  /** Bytes have come. False: it is gone. */
  boolean read() throws IOException {
    int count = channel.read(in);
    in.flip();
    if (state == State.ASKING) ask();
    if (state == State.OPEN) hear();
    if (state == State.CLOSING) in.position(in.limit());
    in.compact();
    return count >= 0;
  }

  /** Writes what lies here, as far as the system takes it. */
  void flush() throws IOException {
    synchronized (out) {
      while (!out.isEmpty()) {
        ByteBuffer next = out.peek();
        queued -= channel.write(next);
        if (next.hasRemaining()) return;
        out.remove();
      }
      key.interestOps(SelectionKey.OP_READ);
      if (state == State.CLOSING) channel.shutdownOutput();
    }
  }

  /** It is gone. */
  void end() {
    state = State.CLOSING;
    if (connection != null) connection.ended();
    LoopbackServer.close(channel);
  }

  /** Reads the request, or as much of it as is there. */
  private void ask() {
    while (state == State.ASKING && in.hasRemaining()) {
      head.append((char) (in.get() & 0xff));
      int end = head.length() - 4;
      if (end >= 0 && head.indexOf("\r\n\r\n", end) == end) answer(UpgradeRequest.read(head.substring(0, end)));
      else if (head.length() == MOST_HEAD_BYTES) refuse("431 Request Header Fields Too Large");
    }
  }

  private void answer(UpgradeRequest request) {
    if (request == null) {
      refuse("400 Bad Request");
    } else if (!server.admits(request)) {
      refuse("403 Forbidden");
    } else {
      write(ascii(request.accepted(Admission.PROTOCOL)));
      connection = host.connect(this);
      state = State.OPEN;
    }
  }

  private void refuse(String status) {
    write(ascii(UpgradeRequest.refused(status)));
    leave();
  }

  private void hear() {
    try {
      reader.read(in);
    } catch (Violation violation) {
      leave(violation.code);
      connection.ended();
    }
  }

  @Override
  public void binary(ByteBuffer message) {
    // What follows the last one that is heeded is read, and is nothing.
    if (state == State.OPEN) connection.receive(message);
  }

  @Override
  public void text() {
    if (state == State.OPEN) connection.receiveNonsense("text");
  }

  @Override
  public void ping(ByteBuffer payload) {
    say(ByteBuffer.wrap(new byte[] {(byte) PONG, (byte) payload.remaining()}), payload);
  }

  @Override
  public void closing() {
    leave(NORMAL);
    connection.ended();
  }

  @Override
  public void send(ByteBuffer frame) {
    say(header(frame.remaining()), frame);
  }

  @Override
  public void close() {
    leave(NORMAL);
  }

  private static ByteBuffer header(int bytes) {
    ByteBuffer header = ByteBuffer.allocate(10).put((byte) BINARY);
    if (bytes < 126) header.put((byte) bytes);
    else if (bytes < 65_536) header.put((byte) 126).putShort((short) bytes);
    else header.put((byte) 127).putLong(bytes);
    return (ByteBuffer) header.flip();
  }

  private void leave(int code) {
    synchronized (out) {
      if (state != State.OPEN) return;
      write(ByteBuffer.wrap(new byte[] {(byte) CLOSE, 2, (byte) (code >> 8), (byte) code}));
      leave();
    }
  }

  /** Says no more once what lies here has gone out, and waits a while for the other side to go. */
  private void leave() {
    deadline = System.nanoTime() + PATIENCE_NANOSECONDS;
    state = State.CLOSING;
    try {
      flush();
    } catch (IOException | CancelledKeyException gone) {
      giveUp();
    }
    server.wake();
  }

  /** A frame, where one may still be said; under the lock, for a close that another thread says meanwhile is the last. */
  private void say(ByteBuffer... frame) {
    synchronized (out) {
      if (state == State.OPEN) write(frame);
    }
  }

  private void write(ByteBuffer... parts) {
    synchronized (out) {
      try {
        if (out.isEmpty()) channel.write(parts);
        for (ByteBuffer part : parts) {
          queued += part.remaining();
          if (part.hasRemaining()) out.add(part);
        }
        if (out.isEmpty()) return;
        if (queued > MOST_QUEUED_BYTES) {
          giveUp();
          return;
        }
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      } catch (IOException | CancelledKeyException gone) {
        giveUp();
        return;
      }
    }
    server.wake();
  }

  /** The server's thread ends it. */
  private void giveUp() {
    deadline = System.nanoTime() - 1;
    state = State.CLOSING;
    server.wake();
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
