package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What goes into a network or comes out of it. Invariant: the shape is known, no size of it is open. */
public final class Port {
  public final String name;
  public final Dtype dtype;
  private final long[] shape;

  private Port(String name, Dtype dtype, long[] shape) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
  }

  public static Port of(String name, Dtype dtype, long... shape) {
    return new Port(name, dtype, shape.clone());
  }

  public long[] shape() {
    return shape.clone();
  }

  /** {@code bad-argument} where the tensor is not what goes in here. */
  void check(Tensor tensor) throws BridgeFault {
    String expected = dtype + " " + Arrays.toString(shape);
    String got = tensor == null ? "nothing" : tensor.words();
    if (!got.equals(expected)) throw BridgeFault.badArgument(name, expected, got);
  }

  Map<String, Object> json() {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) sizes.add(size);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("dtype", dtype.name());
    json.put("shape", sizes);
    return json;
  }
}
