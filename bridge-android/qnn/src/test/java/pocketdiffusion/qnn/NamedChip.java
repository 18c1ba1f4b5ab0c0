package pocketdiffusion.qnn;

import pocketdiffusion.bridge.Device;

/** A device of which the chip alone is known. */
final class NamedChip implements Device {
  private final String soc;

  NamedChip(String soc) {
    this.soc = soc;
  }

  @Override
  public String soc() {
    return soc;
  }

  @Override
  public String thermal() {
    return "none";
  }

  @Override
  public long totalBytes() {
    return 0;
  }

  @Override
  public long availableBytes() {
    return 0;
  }
}
