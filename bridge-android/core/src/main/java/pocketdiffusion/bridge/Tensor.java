package pocketdiffusion.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers with a shape, row-major.
 *
 * <p>Invariant: {@code data} holds exactly the bytes of dtype and shape, little-endian, and nobody changes them.
 */
public final class Tensor {
  public final Dtype dtype;
  private final long[] shape;
  private final ByteBuffer data;

  private Tensor(Dtype dtype, long[] shape, ByteBuffer data) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  /** A view of what remains in {@code data}. */
  public static Tensor of(Dtype dtype, long[] shape, ByteBuffer data) {
    long count = Shapes.count(shape);
    if (count < 0 || count * dtype.bytes != data.remaining()) {
      throw new IllegalArgumentException(
          data.remaining() + " bytes for " + dtype + " " + Arrays.toString(shape));
    }
    return new Tensor(dtype, shape.clone(), data.slice());
  }

  public static Tensor floats(long[] shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return of(Dtype.F32, shape, data);
  }

  public static Tensor ints(long[] shape, int... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asIntBuffer().put(values);
    return of(Dtype.I32, shape, data);
  }

  /** The UTF-8 bytes of {@code text}. */
  public static Tensor text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(Dtype.U8, new long[] {bytes.length}, ByteBuffer.wrap(bytes));
  }

  public long[] shape() {
    return shape.clone();
  }

  /** A view of the bytes, to be read from its start to its end. */
  public ByteBuffer data() {
    return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  public float[] floats() {
    float[] values = new float[data.capacity() / 4];
    data().asFloatBuffer().get(values);
    return values;
  }

  public int[] ints() {
    int[] values = new int[data.capacity() / 4];
    data().asIntBuffer().get(values);
    return values;
  }

  /** The bytes as UTF-8 text. */
  public String text() {
    return StandardCharsets.UTF_8.decode(data()).toString();
  }

  int bytes() {
    return data.capacity();
  }

  /** Such as {@code F32 [1, 4, 64, 64]}. */
  String words() {
    return dtype + " " + Arrays.toString(shape);
  }
}
