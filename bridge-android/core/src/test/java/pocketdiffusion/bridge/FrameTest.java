package pocketdiffusion.bridge;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.Test;

/** Laws of frames, and damage beyond the vectors. */
public final class FrameTest {
  private static Frame sample() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("note", Tensor.text("é\"\\\n"));
    tensors.put("x", Tensor.floats(new long[] {2, 2}, 1.5f, -0f, Float.NaN, Float.MAX_VALUE));
    tensors.put("ids", Tensor.ints(new long[] {3}, Integer.MIN_VALUE, 0, 7));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("type", "run");
    metadata.put("got", "“\u0000\ud83c\udf4e\ud800” \"\\/");
    return Frame.of(metadata, tensors);
  }

  private static void refuses(ByteBuffer bytes, String word) {
    BridgeFault fault = assertThrows(BridgeFault.class, () -> Frame.decode(bytes));
    assertEquals(BridgeFault.Code.BAD_FRAME, fault.code);
    assertTrue(fault.getMessage(), fault.getMessage().contains(word));
  }

  @Test
  public void decodingGivesBackWhatWasEncoded() throws BridgeFault {
    Frame frame = Frame.decode(sample().encode());
    assertEquals(sample().metadata, frame.metadata);
    assertArrayEquals(new float[] {1.5f, -0f, Float.NaN, Float.MAX_VALUE}, frame.tensors.get("x").floats(), 0);
    assertArrayEquals(new int[] {Integer.MIN_VALUE, 0, 7}, frame.tensors.get("ids").ints());
    assertEquals("é\"\\\n", frame.tensors.get("note").text());
    assertEquals(sample().encode(), frame.encode());
  }

  @Test
  public void fourByteElementsBeginAtAMultipleOfFour() throws BridgeFault {
    ByteBuffer bytes = sample().encode().order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(0, bytes.getLong(0) % 8);
    assertTrue(new String(bytes.array(), StandardCharsets.UTF_8)
        .contains("\"x\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}"));
  }

  @Test
  public void aFrameCutAnywhereOrWithAByteTooManyIsRefused() throws BridgeFault {
    ByteBuffer whole = sample().encode();
    for (int length = 0; length < whole.limit(); length++) {
      ByteBuffer cut = whole.duplicate();
      cut.limit(length);
      refuses(cut, "frame");
    }
    ByteBuffer longer = ByteBuffer.allocate(whole.limit() + 1);
    longer.put(whole.duplicate()).rewind();
    refuses(longer, "bytes of tensors");
  }

  @Test
  public void oneFlippedBitIsReadAsSomethingOrRefusedButNeverMore() throws BridgeFault {
    byte[] whole = sample().encode().array();
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      survives(ByteBuffer.wrap(damaged));
    }
  }

  @Test
  public void randomBytesBehindAPlausibleLengthAreRefused() throws BridgeFault {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[8 + random.nextInt(64)];
      random.nextBytes(bytes);
      ByteBuffer frame = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      frame.putLong(0, random.nextInt(bytes.length));
      refuses(frame, "frame");
    }
  }

  /** Decoding throws a fault or nothing. */
  private static void survives(ByteBuffer bytes) {
    try {
      Frame.decode(bytes);
    } catch (BridgeFault fault) {
      assertEquals(BridgeFault.Code.BAD_FRAME, fault.code);
    }
  }

  @Test
  public void aFrameAboveTheCapIsRefusedUnreadAndNeverWritten() {
    refuses(ByteBuffer.allocate(Frame.MAX_BYTES + 1), "8 to 67108864 bytes");
    ByteBuffer data = ByteBuffer.allocate(Frame.MAX_BYTES);
    Tensor tensor = Tensor.of(Dtype.U8, new long[] {data.limit()}, data);
    Frame frame = Frame.of(Collections.singletonMap("type", "answer"), Collections.singletonMap("x", tensor));
    BridgeFault fault = assertThrows(BridgeFault.class, frame::encode);
    assertEquals(BridgeFault.Code.TOO_LARGE, fault.code);
  }

  @Test
  public void aHeaderNestedTooDeepIsRefusedBeforeTheStackOverflows() {
    String deep = new String(new char[60_000]).replace("\0", "[");
    byte[] header = ("{\"__metadata__\":{\"type\":\"a\"},\"a\":" + deep).getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putLong(header.length).put(header).rewind();
    refuses(frame, "at most 32 levels");
  }

  @Test
  public void aTensorOfOtherBytesThanItsShapeCannotBeMade() {
    assertThrows(IllegalArgumentException.class, () -> Tensor.floats(new long[] {3}, 1, 2));
    assertThrows(IllegalArgumentException.class, () -> Tensor.ints(new long[] {-1}));
  }
}
