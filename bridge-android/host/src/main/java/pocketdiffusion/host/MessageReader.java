package pocketdiffusion.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A client's messages out of the bytes that come, however they are cut (RFC 6455 section 5): without extensions, masked, whole ones to
 * the listener.
 *
 * <p>Invariants: {@code message} holds the first {@code length} bytes of the message that is under way, if one is; {@code left} of the
 * payload of the frame that is under way are to come.
 */
final class MessageReader {
  /** What a client says. */
  interface Listener {
    void binary(ByteBuffer message);

    /** Its beginning; nothing that comes after it is read. */
    void text();

    void ping(ByteBuffer payload);

    /** Nothing that comes after it is read. */
    void closing();
  }

  static final int MOST_BYTES = 64 << 20;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int MOST_CONTROL_BYTES = 125;
  /** Claimed lengths are believed up to here; beyond, room is made as bytes come. */
  private static final int BELIEVED_BYTES = 1 << 20;
  private static final byte[] NOTHING = {};

  private final Listener listener;
  private boolean inFrame = false;
  private boolean inMessage = false;
  private boolean ended = false;
  private int opcode;
  private boolean isLast;
  /** The mask's next byte is its highest. */
  private int mask;
  private int left;
  private byte[] message = NOTHING;
  private int length = 0;
  private ByteBuffer control;

  private MessageReader(Listener listener) {
    this.listener = listener;
  }

  static MessageReader to(Listener listener) {
    return new MessageReader(listener);
  }

  /** Takes what it can of {@code in}: at most the beginning of a frame's header stays. */
  void read(ByteBuffer in) throws Violation {
    in.order(ByteOrder.BIG_ENDIAN);
    while (!ended && (inFrame || begin(in))) {
      take(in);
      if (left > 0) return;
      inFrame = false;
      end();
    }
    if (ended) in.position(in.limit());
  }

  /** Reads a frame's header; false where not all of it is there yet. */
  private boolean begin(ByteBuffer in) throws Violation {
    if (in.remaining() < 2) return false;
    int first = in.get(in.position());
    int second = in.get(in.position() + 1);
    int claimed = second & 0x7f;
    check(first & 0x0f, (first & 0x80) != 0, (first & 0x70) == 0, second < 0, claimed);
    int more = claimed == 127 ? 8 : claimed == 126 ? 2 : 0;
    if (in.remaining() < 2 + more + 4) return false;
    in.position(in.position() + 2);
    long bytes = more == 8 ? in.getLong() : more == 2 ? in.getShort() & 0xffff : claimed;
    if (more == 2 && bytes < 126 || more == 8 && bytes < 65_536) {
      throw new Violation(Violation.PROTOCOL, "a length that could be written shorter, or is below 0");
    }
    if (opcode < CLOSE && bytes > MOST_BYTES - length) throw new Violation(Violation.TOO_LARGE, "more than " + MOST_BYTES + " bytes");
    mask = in.getInt();
    left = (int) bytes;
    inFrame = true;
    if (opcode >= CLOSE) control = ByteBuffer.allocate(left);
    else inMessage = true;
    if (opcode != TEXT) return true;
    ended = true;
    listener.text();
    return false;
  }

  private void check(int code, boolean last, boolean plain, boolean masked, int claimed) throws Violation {
    boolean isControl = code >= CLOSE;
    if (!plain || code > PONG || code > BINARY && !isControl) {
      throw new Violation(Violation.PROTOCOL, "an opcode or a bit of no meaning");
    }
    if (!masked) throw new Violation(Violation.PROTOCOL, "a frame without a mask");
    if (isControl && (!last || claimed > MOST_CONTROL_BYTES || code == CLOSE && claimed == 1)) {
      throw new Violation(Violation.PROTOCOL, "a control frame in parts, or of another length");
    }
    if (!isControl && (code == CONTINUATION) != inMessage) {
      throw new Violation(Violation.PROTOCOL, "a message within another, or the rest of none");
    }
    opcode = code;
    isLast = last;
  }

  /** Why a client goes, where it says so (RFC 6455 sections 5.5.1 and 7.4): a code that may be sent, and text. */
  private static void checkClose(ByteBuffer payload) throws Violation {
    if (!payload.hasRemaining()) return;
    int code = payload.getShort() & 0xffff;
    // 1004 to 1006 mean nothing on the wire; 1012 to 1014 were registered later; from 3000 on they are libraries' and programs' own.
    boolean sendable = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006) || code >= 3000 && code < 5000;
    if (!sendable) throw new Violation(Violation.PROTOCOL, "a close for a reason that is none: " + code);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(payload);
    } catch (CharacterCodingException notText) {
      throw new Violation(Violation.NOT_TEXT, "a close with words that are not UTF-8");
    }
  }

  private void take(ByteBuffer in) {
    int count = Math.min(left, in.remaining());
    if (opcode >= CLOSE) {
      in.get(control.array(), control.position(), count);
      unmask(control.array(), control.position(), count);
      control.position(control.position() + count);
    } else {
      makeRoom(count);
      in.get(message, length, count);
      unmask(message, length, count);
      length += count;
    }
    left -= count;
  }

  private void makeRoom(int count) {
    int needed = length + count;
    if (needed <= message.length) return;
    long wanted = Math.max(needed, Math.min((long) length + left, Math.max(BELIEVED_BYTES, 2L * message.length)));
    message = Arrays.copyOf(message, (int) Math.min(wanted, MOST_BYTES));
  }

  /** Takes the mask off {@code count} bytes from {@code at} on, and turns it so that the next byte's is its highest. */
  private void unmask(byte[] bytes, int at, int count) {
    ByteBuffer words = ByteBuffer.wrap(bytes);
    long twice = (long) mask << 32 | mask & 0xffffffffL;
    int i = at;
    for (; i + 8 <= at + count; i += 8) words.putLong(i, words.getLong(i) ^ twice);
    for (; i < at + count; i++) {
      bytes[i] ^= (byte) (mask >>> 24);
      mask = Integer.rotateLeft(mask, 8);
    }
  }

  private void end() throws Violation {
    if (opcode == PING) listener.ping((ByteBuffer) control.flip());
    ended = opcode == CLOSE;
    if (ended) {
      checkClose((ByteBuffer) control.flip());
      listener.closing();
    }
    if (opcode >= CLOSE || !isLast) return;
    ByteBuffer whole = ByteBuffer.wrap(message, 0, length);
    message = NOTHING;
    length = 0;
    inMessage = false;
    listener.binary(whole);
  }
}
