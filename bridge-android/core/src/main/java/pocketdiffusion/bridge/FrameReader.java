package pocketdiffusion.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a frame and believes nothing in it: the rules of PROTOCOL.md section 2, in their order. */
final class FrameReader {
  private FrameReader() {}

  /** A tensor's place among the data. Invariant: 0 <= begin <= end < 2^53. */
  private static final class Entry {
    final String name;
    final Dtype dtype;
    final long[] shape;
    final long begin;
    final long end;

    Entry(String name, Dtype dtype, long[] shape, long begin, long end) {
      this.name = name;
      this.dtype = dtype;
      this.shape = shape;
      this.begin = begin;
      this.end = end;
    }
  }

  static Frame read(ByteBuffer given) throws BridgeFault {
    ByteBuffer bytes = given.slice().order(ByteOrder.LITTLE_ENDIAN);
    int size = bytes.remaining();
    if (size < 8 || size > Frame.MAX_BYTES) throw bad("frame", "8 to " + Frame.MAX_BYTES + " bytes", size);
    long length = bytes.getLong();
    long most = Math.min(size - 8, Frame.MAX_HEADER_BYTES);
    if (length < 0 || length > most) {
      throw bad("frame: header length", "at most " + most, Long.toUnsignedString(length));
    }
    Map<?, ?> header = header(text(bytes, (int) length));
    ByteBuffer data = (ByteBuffer) bytes.position(8 + (int) length);
    Map<String, String> metadata = metadata(header.get(Frame.METADATA));
    if (header.size() > Frame.MAX_TENSORS + 1) {
      throw bad("frame", "at most " + Frame.MAX_TENSORS + " tensors", header.size() - 1);
    }
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<?, ?> named : header.entrySet()) {
      if (!named.getKey().equals(Frame.METADATA)) entries.add(entry((String) named.getKey(), named.getValue()));
    }
    checkCover(entries, data.remaining());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      ByteBuffer view = data.slice();
      view.position((int) entry.begin).limit((int) entry.end);
      tensors.put(entry.name, Tensor.of(entry.dtype, entry.shape, view));
    }
    return Frame.of(metadata, tensors);
  }

  private static String text(ByteBuffer bytes, int length) throws BridgeFault {
    ByteBuffer header = bytes.slice();
    header.limit(length);
    if (length == 0 || header.get(0) != '{') throw bad("frame: header", "{", "another beginning");
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(header).toString();
    } catch (CharacterCodingException thrown) {
      throw bad("frame: header", "UTF-8 text", "other bytes");
    }
  }

  private static Map<?, ?> header(String text) throws BridgeFault {
    return (Map<?, ?>) JsonReader.read(text, BridgeFault.Code.BAD_FRAME, "frame: header");
  }

  private static Map<String, String> metadata(Object json) throws BridgeFault {
    String argument = "frame: " + Frame.METADATA;
    if (!(json instanceof Map) || ((Map<?, ?>) json).isEmpty()) throw bad(argument, "an object of strings", json);
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) json).entrySet()) {
      if (!(entry.getValue() instanceof String)) throw bad(argument, "an object of strings", entry.getValue());
      metadata.put((String) entry.getKey(), (String) entry.getValue());
    }
    return metadata;
  }

  private static Entry entry(String name, Object json) throws BridgeFault {
    String argument = "frame: " + name;
    if (!(json instanceof Map)) throw bad(argument, "an object", json);
    Map<?, ?> object = (Map<?, ?>) json;
    Dtype dtype = Dtype.named(object.get("dtype"));
    if (dtype == null) throw bad(argument + ": dtype", "F32, I32 or U8", object.get("dtype"));
    long[] shape = Shapes.of(object.get("shape"));
    long count = shape == null ? -1 : Shapes.count(shape);
    if (count < 0) throw bad(argument + ": shape", "sizes whose product is below 2^53", object.get("shape"));
    long[] offsets = Shapes.of(object.get("data_offsets"));
    if (offsets == null || offsets.length != 2 || offsets[0] > offsets[1]) {
      throw bad(argument + ": data_offsets", "begin <= end < 2^53", object.get("data_offsets"));
    }
    if (count > Frame.MAX_BYTES || count * dtype.bytes != offsets[1] - offsets[0]) {
      throw bad(argument, "the bytes of its shape", offsets[1] - offsets[0]);
    }
    return new Entry(name, dtype, shape, offsets[0], offsets[1]);
  }

  /** In the order of their offsets, tensors follow one another and end with the frame. */
  private static void checkCover(List<Entry> entries, long size) throws BridgeFault {
    List<Entry> ordered = new ArrayList<>(entries);
    ordered.sort((a, b) -> a.begin != b.begin ? Long.compare(a.begin, b.begin) : Long.compare(a.end, b.end));
    long reached = 0;
    for (Entry entry : ordered) {
      if (entry.begin != reached) throw bad("frame: " + entry.name + ": data_offsets", "begin " + reached, entry.begin);
      reached = entry.end;
    }
    if (reached != size) throw bad("frame", reached + " bytes of tensors", size);
  }

  private static BridgeFault bad(String argument, String expected, Object got) {
    return BridgeFault.of(BridgeFault.Code.BAD_FRAME, argument, expected, got);
  }
}
