package pocketdiffusion.bridge;

import java.nio.file.Path;

/** What an engine for NPUs is told of the build it is in. */
public final class NpuSetup {
  /** A folder of the engine's own for what it compiles. */
  public final Path cache;
  /** The library of ONNX Runtime's provider, null where that is built in; a path, or a name that the system finds. */
  public final String plugin;
  /** The chip maker's library for the NPU; likewise. */
  public final String backend;
  /** Of the chip maker's libraries. */
  public final String version;
  public final CrashMark mark;
  /** Called, on any thread, when it has become known whether the NPU can be used, or that has changed. */
  public final Runnable onKnown;

  private NpuSetup(Path cache, String plugin, String backend, String version, CrashMark mark, Runnable onKnown) {
    this.cache = cache;
    this.plugin = plugin;
    this.backend = backend;
    this.version = version;
    this.mark = mark;
    this.onKnown = onKnown;
  }

  public static NpuSetup of(
      Path cache, String plugin, String backend, String version, CrashMark mark, Runnable onKnown) {
    return new NpuSetup(cache, plugin, backend, version, mark, onKnown);
  }
}
