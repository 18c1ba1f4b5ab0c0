package pocketdiffusion.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One message: a safetensors file whose {@code __metadata__} says what it is about (PROTOCOL.md section 2).
 *
 * <p>Invariant: neither map changes, and the metadata are not empty.
 */
final class Frame {
  static final String METADATA = "__metadata__";
  static final int MAX_BYTES = 64 << 20;
  static final int MAX_HEADER_BYTES = 65_536;
  static final int MAX_TENSORS = 64;

  final Map<String, String> metadata;
  final Map<String, Tensor> tensors;

  private Frame(Map<String, String> metadata, Map<String, Tensor> tensors) {
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  static Frame of(Map<String, String> metadata, Map<String, Tensor> tensors) {
    return new Frame(new LinkedHashMap<>(metadata), new LinkedHashMap<>(tensors));
  }

  /** What the remaining bytes say; tensors are views of them. A {@code bad-frame} names the rule that they break. */
  static Frame decode(ByteBuffer bytes) throws BridgeFault {
    return FrameReader.read(bytes);
  }

  /** The bytes, from position 0 on. {@code too-large} where they are above a cap. */
  ByteBuffer encode() throws BridgeFault {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put(METADATA, metadata);
    List<Tensor> written = new ArrayList<>();
    long reached = 0;
    for (boolean wide : new boolean[] {true, false}) {
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        Tensor tensor = entry.getValue();
        if (tensor.dtype.bytes > 1 != wide) continue;
        header.put(entry.getKey(), described(tensor, reached));
        written.add(tensor);
        reached += tensor.bytes();
      }
    }
    byte[] json = JsonWriter.write(header).getBytes(StandardCharsets.UTF_8);
    int length = (json.length + 7) / 8 * 8;
    long whole = 8L + length + reached;
    if (length > MAX_HEADER_BYTES || whole > MAX_BYTES) {
      throw BridgeFault.of(BridgeFault.Code.TOO_LARGE, "frame", "at most " + MAX_BYTES + " bytes", whole);
    }
    ByteBuffer out = ByteBuffer.allocate((int) whole).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(length).put(json);
    while (out.position() < 8 + length) out.put((byte) ' ');
    for (Tensor tensor : written) out.put(tensor.data());
    out.flip();
    return out;
  }

  private static Map<String, Object> described(Tensor tensor, long begin) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("dtype", tensor.dtype.name());
    List<Long> shape = new ArrayList<>();
    for (long size : tensor.shape()) shape.add(size);
    entry.put("shape", shape);
    entry.put("data_offsets", Arrays.asList(begin, begin + tensor.bytes()));
    return entry;
  }
}
