package pocketdiffusion.qnn;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

/** Chips by what Android calls them. */
public final class NpuChipTest {
  @Test
  public void chipsOfTheTableHaveTheirNumbers() {
    for (String[] row :
        new String[][] {
          {"SM8550", "SM8550", "43", "73"},
          {"SM8550-AC", "SM8550", "43", "73"},
          {"SM8650", "SM8650", "57", "75"},
          {"SM8650P", "SM8650", "57", "75"},
          {"SM8750", "SM8750", "69", "79"},
          {"SM8850", "SM8850", "87", "81"},
        }) {
      NpuChip chip = NpuChip.of(row[0]);
      assertEquals(row[1], chip.name);
      assertEquals("{soc_model=" + row[2] + ", htp_arch=" + row[3] + "}", chip.settings().toString());
    }
  }

  @Test
  public void othersOfQualcommsAreLeftToFindOut() {
    for (String soc : new String[] {"SM7675", "SM8450", "SM9950-AB", "QCS8550", "SM85501"}) {
      NpuChip chip = NpuChip.of(soc);
      assertEquals(soc.replaceAll("-.*", ""), chip.name);
      assertTrue(soc, chip.settings().isEmpty());
    }
  }

  @Test
  public void othersHaveNone() {
    for (String soc : new String[] {null, "", "unknown", "Tensor G3", "MT6989", "Exynos 2400", "SM", "SMART123x", "XSM8550"}) {
      assertNull(soc, NpuChip.of(soc));
    }
  }
}
