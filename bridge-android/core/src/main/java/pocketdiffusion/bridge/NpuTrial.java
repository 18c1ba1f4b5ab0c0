package pocketdiffusion.bridge;

/** An engine that tries the NPU before it believes in it. From any thread. */
public interface NpuTrial {
  /** Whatever came of it before, and whatever died of it: the NPU is tried once more, in the background. */
  void tryAgain();
}
