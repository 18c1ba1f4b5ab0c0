package pocketdiffusion.qnn;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.CrashMark;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.NpuSetup;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Port;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;

/**
 * The app's own way to the NPU, over Qualcomm's compiler and emulator: properties {@code qnn.plugin}, {@code qnn.backend}, {@code
 * qnn.version} say where they are, {@code qnn.model} is a folder of {@code npm run quantize}.
 */
@RunWith(Parameterized.class)
public final class EmulatorTest {
  private static final double LEAST_DECIBELS = 40;

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  @Parameters(name = "{0}")
  public static List<String> chips() {
    return Arrays.asList("SM8550", "SM8650");
  }

  @Parameter public String chip;

  private static String property(String name) {
    String value = System.getProperty("qnn." + name);
    if (value == null) throw new IllegalStateException("-Dqnn." + name + "=… is missing");
    return value;
  }

  private QnnEngine engine(List<ModelFolder> folders, String version) {
    Path cache = temporary.getRoot().toPath().resolve("contexts");
    CrashMark mark = CrashMark.at(cache.resolveSibling("mark"), "1");
    NpuSetup setup = NpuSetup.of(cache, property("plugin"), property("backend"), version, mark, () -> {});
    return QnnEngine.over("test", new NamedChip(chip), () -> folders, setup);
  }

  private static Map<String, Tensor> inputs(Network network) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Port port : network.inputs()) {
      int count = 1;
      for (long size : port.shape()) count *= (int) size;
      float[] values = new float[count];
      for (int i = 0; i < count; i++) values[i] = ((i * 7919) % 257 - 128) / 128f;
      inputs.put(port.name, Tensor.floats(port.shape(), values));
    }
    return inputs;
  }

  private static float[] run(QnnEngine engine, ModelFolder folder, String backend) throws Exception {
    Offer unet = folder.model.offers.stream().filter(each -> each.stage.equals("unet")).findFirst().get();
    Network network = engine.open(folder.model, unet, backend, (done, of) -> {}, new Cancellation());
    try {
      return network.run(inputs(network), new Cancellation()).values().iterator().next().floats();
    } finally {
      network.close();
    }
  }

  private static double decibels(float[] got, float[] expected) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < expected.length; i++) {
      signal += (double) expected[i] * expected[i];
      noise += Math.pow((double) got[i] - expected[i], 2);
    }
    return 10 * Math.log10(signal / noise);
  }

  /** Every file below the cache, by its name. */
  private List<Path> files() throws Exception {
    List<Path> files = new ArrayList<>();
    Files.walk(temporary.getRoot().toPath().resolve("contexts")).filter(Files::isRegularFile).forEach(files::add);
    return files;
  }

  private Path file(String ending) throws Exception {
    return files().stream().filter(each -> each.toString().endsWith(ending)).findFirst().get();
  }

  @Test
  public void aNetworkIsCompiledOnceAndComputesAsTheGraphSays() throws Exception {
    List<ModelFolder> folders = new ArrayList<>(ModelFolder.openAll(Paths.get(property("model"))));
    ModelFolder folder = folders.get(0);
    QnnEngine first = engine(folders, property("version"));
    assertTrue(first.npu());
    float[] fresh = run(first, folder, Status.NPU);
    assertEquals(1, first.compiled());
    double found = decibels(fresh, run(first, folder, Status.NATIVE_CPU));
    System.out.printf("%s: %.1f dB against the graph on the CPU%n", chip, found);
    assertTrue("" + found, found >= LEAST_DECIBELS);

    QnnEngine again = engine(folders, property("version"));
    assertArrayEquals(fresh, run(again, folder, Status.NPU), 0);
    assertEquals(0, again.compiled());

    byte[] compiled = Files.readAllBytes(file(".bin"));
    compiled[compiled.length / 2] ^= 1;
    Files.write(file(".bin"), compiled);
    QnnEngine damaged = engine(folders, property("version"));
    assertArrayEquals(fresh, run(damaged, folder, Status.NPU), 0);
    assertEquals("a flipped bit", 1, damaged.compiled());

    Path context = file(ContextCache.CONTEXT);
    Files.write(context, "no graph".getBytes(StandardCharsets.UTF_8));
    ContextCache.prove(context.getParent());
    QnnEngine strange = engine(folders, property("version"));
    assertArrayEquals(fresh, run(strange, folder, Status.NPU), 0);
    assertEquals("one that does not load", 1, strange.compiled());

    Path before = file(ContextCache.CONTEXT).getParent();
    QnnEngine updated = engine(folders, property("version") + ".1");
    run(updated, folder, Status.NPU);
    assertEquals("other libraries", 1, updated.compiled());
    assertFalse(Files.exists(before));

    QnnEngine without = engine(Collections.emptyList(), property("version"));
    assertTrue(without.npu());
    assertTrue(files().isEmpty());
  }
}
