package pocketdiffusion.qnn;

import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.NpuSetup;
import pocketdiffusion.bridge.Shelf;

/** In the place of the module {@code qnn}, which tests of the app do without: remembers what it was told, and links with all versions but one. */
public final class QnnEngine {
  public static final String UNLINKED = "0";
  public static NpuSetup told;

  private QnnEngine() {}

  public static Engine over(String name, Device device, Shelf shelf, NpuSetup setup) {
    if (setup.version.equals(UNLINKED)) throw new UnsatisfiedLinkError(setup.backend);
    told = setup;
    return BareEngine.over(name, device, shelf);
  }
}
