package pocketdiffusion.bridge;

/** The element types that a frame may hold, by the names that safetensors gives them. */
public enum Dtype {
  F32(4),
  I32(4),
  U8(1);

  final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** The type of this name, or null. */
  static Dtype named(Object name) {
    for (Dtype dtype : values()) {
      if (dtype.name().equals(name)) return dtype;
    }
    return null;
  }
}
