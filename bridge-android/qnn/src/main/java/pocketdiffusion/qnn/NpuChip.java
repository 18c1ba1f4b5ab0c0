package pocketdiffusion.qnn;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A chip with an NPU, by the numbers that Qualcomm's compiler knows it by (Qualcomm AI Engine Direct, "Supported Snapdragon
 * devices"). A chip of Qualcomm's that is not in the table has none: on the chip itself the compiler finds out.
 */
final class NpuChip {
  private static final List<NpuChip> KNOWN =
      Collections.unmodifiableList(
          Arrays.asList(
              new NpuChip("SM8550", 43, 73),
              new NpuChip("SM8650", 57, 75),
              new NpuChip("SM8750", 69, 79),
              new NpuChip("SM8850", 87, 81)));

  final String name;
  private final int socModel;
  private final int htpArch;

  private NpuChip(String name, int socModel, int htpArch) {
    this.name = name;
    this.socModel = socModel;
    this.htpArch = htpArch;
  }

  /** {@code soc}: what Android says of the chip, such as SM8550 or SM8650-AC; null, and for a chip of another maker, null. */
  static NpuChip of(String soc) {
    if (soc == null || !soc.matches("(SM|QCS|QCM)[0-9]{3,5}([^0-9].*)?")) return null;
    for (NpuChip chip : KNOWN) {
      if (soc.matches(chip.name + "([^0-9].*)?")) return chip;
    }
    return new NpuChip(soc.replaceAll("[^A-Z0-9].*", ""), 0, 0);
  }

  /** Options of the provider: both numbers or neither, since without one an older chip is meant. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (socModel == 0) return settings;
    settings.put("soc_model", Integer.toString(socModel));
    settings.put("htp_arch", Integer.toString(htpArch));
    return settings;
  }
}
