package pocketdiffusion.bridge;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The token embeddings of a model, row by row in a file. Invariant: the file holds whole rows of {@code width} numbers. */
final class TokenTable {
  final ModelFile file;
  private final String dtype;
  private final int width;
  private final long count;

  private TokenTable(ModelFile file, String dtype, int width, long count) {
    this.file = file;
    this.dtype = dtype;
    this.width = width;
    this.count = count;
  }

  /** {@code dtype} is F32, F16 or BF16. */
  static TokenTable of(ModelFile file, String dtype, long width) throws BridgeFault {
    boolean known = dtype.equals("F32") || dtype.equals("F16") || dtype.equals("BF16");
    if (!known) throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, "tokenTable: dtype", "F32, F16 or BF16", dtype);
    long row = width * bytesOf(dtype);
    if (width < 1 || width > 1 << 16 || file.bytes % row != 0) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, "tokenTable", "rows of " + row + " bytes", file.bytes);
    }
    return new TokenTable(file, dtype, (int) width, file.bytes / row);
  }

  /** The rows that {@code ids} name, widened; {@code bad-argument} where there is none. */
  Tensor rows(Tensor ids) throws BridgeFault {
    file.prove((done, of) -> {}, new Cancellation());
    int[] rows = ids.ints();
    float[] values = new float[rows.length * width];
    byte[] row = new byte[width * bytesOf(dtype)];
    try (RandomAccessFile in = new RandomAccessFile(file.path.toFile(), "r")) {
      for (int i = 0; i < rows.length; i++) {
        if (rows[i] < 0 || rows[i] >= count) throw BridgeFault.badArgument("ids", "0 to " + (count - 1), rows[i]);
        in.seek((long) rows[i] * row.length);
        in.readFully(row);
        widen(ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN), values, i * width);
      }
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, "tokenTable", "a file that can be read", "none");
    }
    long[] shape = java.util.Arrays.copyOf(ids.shape(), ids.shape().length + 1);
    shape[shape.length - 1] = width;
    return Tensor.floats(shape, values);
  }

  private void widen(ByteBuffer row, float[] values, int at) {
    for (int i = 0; i < width; i++) {
      if (dtype.equals("F32")) values[at + i] = row.getFloat();
      else if (dtype.equals("F16")) values[at + i] = ofHalf(row.getShort());
      else values[at + i] = Float.intBitsToFloat(row.getShort() << 16);
    }
  }

  private static int bytesOf(String dtype) {
    return dtype.equals("F32") ? 4 : 2;
  }

  /** IEEE 754 binary16, exactly. */
  static float ofHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1f;
    int fraction = half & 0x3ff;
    // Subnormals: fraction times 2^-24.
    if (exponent == 0) return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
    int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }
}
