package pocketdiffusion.bridge;

/** Hears how far something is. */
public interface Progress {
  /** {@code done} of {@code of}, in whatever unit. */
  void at(long done, long of);
}
