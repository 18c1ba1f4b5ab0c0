package pocketdiffusion.bridge;

/** What was thrown and nobody meant to: its kind is told, its message is not, which may hold paths. */
final class Unforeseen {
  private Unforeseen() {}

  static BridgeFault of(Throwable thrown) {
    boolean memory = thrown instanceof OutOfMemoryError;
    BridgeFault.Code code = memory ? BridgeFault.Code.OUT_OF_MEMORY : BridgeFault.Code.INTERNAL;
    return BridgeFault.of(code, "host", "to end well", thrown.getClass().getSimpleName());
  }
}
