package pocketdiffusion.bridge;

import java.util.List;

/** Sizes along axes, as JSON gives them. */
final class Shapes {
  /** The integers that JavaScript knows exactly are below this. */
  static final long SAFE = 1L << 53;

  private Shapes() {}

  /** The product, or -1 where a size is negative or the product is not below 2^53. */
  static long count(long[] shape) {
    long count = 1;
    for (long size : shape) {
      if (size < 0 || size >= SAFE) return -1;
      if (size != 0 && count > (SAFE - 1) / size) return -1;
      count *= size;
    }
    return count;
  }

  /** {@code json} as sizes, or null where it is no list of integers in [0, 2^53). */
  static long[] of(Object json) {
    if (!(json instanceof List)) return null;
    List<?> list = (List<?>) json;
    long[] shape = new long[list.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = integer(list.get(i));
      if (shape[i] < 0) return null;
    }
    return shape;
  }

  /** {@code json} as an integer in [0, 2^53), or -1. */
  static long integer(Object json) {
    if (!(json instanceof Double)) return -1;
    double value = (Double) json;
    return value >= 0 && value < SAFE && value == Math.rint(value) ? (long) value : -1;
  }
}
