package pocketdiffusion.host;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** Messages out of frames, however they are cut; what breaks RFC 6455 section 5 ends the connection. */
public final class MessageReaderTest {
  private static final int WHOLE = 0x80;

  private final List<String> events = new ArrayList<>();
  private final List<byte[]> messages = new ArrayList<>();
  private final MessageReader reader =
      MessageReader.to(
          new MessageReader.Listener() {
            @Override
            public void binary(ByteBuffer message) {
              byte[] bytes = new byte[message.remaining()];
              message.get(bytes);
              events.add("binary " + bytes.length);
              messages.add(bytes);
            }

            @Override
            public void text() {
              events.add("text");
            }

            @Override
            public void ping(ByteBuffer payload) {
              events.add("ping " + payload.remaining() + (payload.hasRemaining() ? " " + payload.get(0) : ""));
            }

            @Override
            public void closing() {
              events.add("closing");
            }
          });

  /** Hands {@code bytes} over as a socket would: in pieces of {@code size}, what stays before them. */
  private void feed(byte[] bytes, int size) throws Violation {
    ByteBuffer in = ByteBuffer.allocateDirect(size + 16);
    for (int at = 0; at < bytes.length; at += size) {
      in.put(bytes, at, Math.min(size, bytes.length - at)).flip();
      reader.read(in);
      assertTrue("at most the beginning of a header stays", in.remaining() < 14);
      in.compact();
    }
  }

  private int refused(byte[]... frames) {
    try {
      feed(joined(frames), 1 << 20);
    } catch (Violation violation) {
      return violation.code;
    }
    return 0;
  }

  private static byte[] joined(byte[]... all) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] each : all) out.write(each, 0, each.length);
    return out.toByteArray();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) bytes[i] = (byte) (i * 31 + i / 251);
    return bytes;
  }

  /** A header alone: of a frame that claims {@code length} in {@code more} bytes beside the seven bits. */
  private static byte[] header(int first, int seven, int more, long length) {
    ByteBuffer header = ByteBuffer.allocate(2 + more + 4).put((byte) first).put((byte) seven);
    if (more == 2) header.putShort((short) length);
    else if (more == 8) header.putLong(length);
    return header.putInt(7).array();
  }

  @Test
  public void everyLengthInPiecesOfEverySize() throws Violation {
    for (int length : new int[] {0, 1, 7, 125, 126, 127, 255, 65_535, 65_536, 65_856, 3 << 20}) {
      for (int size : length > 300 ? new int[] {1000, 16_384, 1 << 20} : new int[] {1, 2, 3, 5, 13, 1000}) {
        messages.clear();
        feed(joined(Client.whole(Client.BINARY, bytes(length)), Client.whole(Client.BINARY, bytes(3))), size);
        assertArrayEquals(length + " by " + size, bytes(length), messages.get(0));
        assertArrayEquals(bytes(3), messages.get(1));
      }
    }
  }

  @Test
  public void fragmentsAreOneMessageAndControlFramesMayComeBetween() throws Violation {
    byte[] all = bytes(70_001);
    byte[] stream =
        joined(
            Client.frame(Client.BINARY, Arrays.copyOfRange(all, 0, 5)),
            Client.frame(0, new byte[0]),
            Client.whole(Client.PING, new byte[] {42}),
            Client.frame(0, Arrays.copyOfRange(all, 5, 70_000)),
            Client.whole(Client.PONG, bytes(125)),
            Client.frame(WHOLE, Arrays.copyOfRange(all, 70_000, 70_001)));
    for (int size : new int[] {1, 7, 1 << 20}) {
      events.clear();
      feed(stream, size);
      assertEquals(Arrays.asList("ping 1 42", "binary 70001"), events);
      assertArrayEquals(all, messages.get(messages.size() - 1));
    }
  }

  @Test
  public void afterACloseOrATextNothingIsRead() throws Violation {
    feed(joined(Client.whole(Client.CLOSE, new byte[] {3, (byte) 0xe8}), Client.whole(Client.BINARY, bytes(3)), new byte[] {1}), 4096);
    assertEquals(Collections.singletonList("closing"), events);
    events.clear();
    MessageReaderTest other = new MessageReaderTest();
    other.feed(joined(Client.whole(Client.TEXT, bytes(3)), Client.whole(Client.BINARY, bytes(3))), 4096);
    assertEquals(Collections.singletonList("text"), other.events);
  }

  @Test
  public void whatIsNoFrameOfAClientsEndsTheConnection() {
    byte[] unmasked = {(byte) (WHOLE | Client.BINARY), 1, 5};
    assertEquals("without a mask", 1002, refused(unmasked));
    for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
      assertEquals("opcode " + opcode, 1002, new MessageReaderTest().refused(Client.frame(WHOLE | opcode, new byte[0])));
    }
    for (int bit : new int[] {0x40, 0x20, 0x10}) {
      assertEquals("RSV " + bit, 1002, new MessageReaderTest().refused(Client.frame(WHOLE | bit | Client.BINARY, new byte[0])));
    }
    assertEquals("a ping in parts", 1002, new MessageReaderTest().refused(Client.frame(Client.PING, new byte[0])));
    assertEquals("a long ping", 1002, new MessageReaderTest().refused(Client.whole(Client.PING, bytes(126))));
    assertEquals("a close of one byte", 1002, new MessageReaderTest().refused(Client.whole(Client.CLOSE, bytes(1))));
    assertEquals("the rest of nothing", 1002, new MessageReaderTest().refused(Client.frame(WHOLE, bytes(1))));
    assertEquals(
        "a message within another",
        1002,
        new MessageReaderTest().refused(Client.frame(Client.BINARY, bytes(1)), Client.whole(Client.BINARY, bytes(1))));
  }

  @Test
  public void lengthsAreWrittenAsShortAsCanBeAndBelowTheCap() {
    int first = WHOLE | Client.BINARY;
    assertEquals(1002, new MessageReaderTest().refused(header(first, 0xfe, 2, 125)));
    assertEquals(1002, new MessageReaderTest().refused(header(first, 0xff, 8, 65_535)));
    assertEquals(1002, new MessageReaderTest().refused(header(first, 0xff, 8, -1)));
    assertEquals(0, new MessageReaderTest().refused(header(first, 0xff, 8, MessageReader.MOST_BYTES)));
    assertEquals(1009, new MessageReaderTest().refused(header(first, 0xff, 8, MessageReader.MOST_BYTES + 1L)));
    assertEquals(1009, new MessageReaderTest().refused(header(first, 0xff, 8, Long.MAX_VALUE)));
    byte[] begun = Client.frame(Client.BINARY, bytes(2));
    assertEquals("in all", 1009, new MessageReaderTest().refused(begun, header(WHOLE, 0xff, 8, MessageReader.MOST_BYTES - 1L)));
  }

  /** What a ping says is no part of the message that it comes within. */
  @Test
  public void aPingMayComeWithinTheGreatestMessage() throws Violation {
    byte[] all = new byte[MessageReader.MOST_BYTES - 1];
    feed(joined(Client.frame(Client.BINARY, all), Client.whole(Client.PING, bytes(125)), Client.frame(WHOLE, bytes(1))), 1 << 20);
    assertEquals(Arrays.asList("ping 125 0", "binary " + MessageReader.MOST_BYTES), events);
  }

  /** RFC 6455 sections 7.4 and 7.1.6, and the registry of codes. */
  @Test
  public void aCloseSaysWhyInACodeThatMayBeSentAndInText() {
    for (int code : new int[] {1000, 1003, 1007, 1014, 3000, 4999}) {
      assertEquals("code " + code, 0, new MessageReaderTest().refused(close(code)));
    }
    for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 2000, 2999, 5000, 65_535}) {
      assertEquals("code " + code, 1002, new MessageReaderTest().refused(close(code)));
    }
    assertEquals("without a word", 0, new MessageReaderTest().refused(Client.whole(Client.CLOSE, new byte[0])));
    assertEquals("é", 0, new MessageReaderTest().refused(close(1000, 0xc3, 0xa9)));
    assertEquals("half of é", 1007, new MessageReaderTest().refused(close(1000, 0xc3)));
    assertEquals("a surrogate", 1007, new MessageReaderTest().refused(close(1000, 0xed, 0xa0, 0x80)));
    assertEquals("written longer", 1007, new MessageReaderTest().refused(close(1000, 0xc0, 0x80)));
  }

  private static byte[] close(int code, int... reason) {
    byte[] payload = new byte[2 + reason.length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    for (int i = 0; i < reason.length; i++) payload[2 + i] = (byte) reason[i];
    return Client.whole(Client.CLOSE, payload);
  }

  /** Four peers that claim 64 MiB each have 4 MiB of ours, until they say them. */
  @Test
  public void whatIsOnlyClaimedTakesNoRoom() throws Violation {
    Runtime runtime = Runtime.getRuntime();
    MessageReaderTest[] all = new MessageReaderTest[40];
    runtime.gc();
    long before = runtime.totalMemory() - runtime.freeMemory();
    for (int i = 0; i < all.length; i++) {
      all[i] = new MessageReaderTest();
      all[i].feed(joined(header(WHOLE | Client.BINARY, 0xff, 8, MessageReader.MOST_BYTES), bytes(10)), 4096);
    }
    runtime.gc();
    long taken = runtime.totalMemory() - runtime.freeMemory() - before;
    assertTrue(taken + " bytes", taken < all.length * (2L << 20));
    assertEquals(Collections.emptyList(), all[39].events);
  }

  /** Whatever comes, it is refused or read; nothing else is thrown, and nothing hangs. */
  @Test
  public void damagedStreamsAreRefusedOrReadAndNeverAnythingElse() {
    byte[] sound =
        joined(
            Client.frame(Client.BINARY, bytes(20)),
            Client.whole(Client.PING, bytes(4)),
            Client.frame(WHOLE, bytes(200)),
            Client.whole(Client.CLOSE, new byte[] {3, (byte) 0xe8}));
    int refused = 0;
    for (int at = 0; at < sound.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = sound.clone();
        damaged[at] ^= (byte) (1 << bit);
        MessageReaderTest other = new MessageReaderTest();
        try {
          other.feed(damaged, 7);
        } catch (Violation violation) {
          refused++;
        } catch (RuntimeException thrown) {
          fail(at + "." + bit + ": " + thrown);
        }
      }
    }
    assertTrue("refused " + refused, refused > 40);
  }
}
