package pocketdiffusion.qnn;

import java.nio.file.Path;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Shelf;

/** In the place of the module {@code qnn}, which tests of the app do without: remembers what it was told, and links with all versions but one. */
public final class QnnEngine {
  public static final String UNLINKED = "0";
  public static String told;

  private QnnEngine() {}

  public static Engine over(
      String name, Device device, Shelf shelf, Path cache, String plugin, String backend, String version) {
    if (version.equals(UNLINKED)) throw new UnsatisfiedLinkError(backend);
    told = cache + " " + plugin + " " + backend + " " + version;
    return BareEngine.over(name, device, shelf);
  }
}
