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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * qnn.version} say where they are, {@code qnn.model} is a folder of {@code npm run quantize} with nothing compiled in it.
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
    Offer unet = folder.model.offers.stream().filter(each -> each.stage.equals("unet")).findFirst().get();
    int parts = folder.graphs(unet, (done, of) -> {}, new Cancellation()).size();
    QnnEngine first = engine(folders, property("version"));
    assertTrue(first.npu());
    float[] fresh = run(first, folder, Status.NPU);
    assertEquals(parts, first.compiled());
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
    assertEquals("other libraries", parts, updated.compiled());
    assertFalse(Files.exists(before));

    assertFalse("whatever died, it was none of these", Files.exists(temporary.getRoot().toPath().resolve("mark")));

    QnnEngine without = engine(Collections.emptyList(), property("version"));
    assertTrue(without.npu());
    assertTrue(files().isEmpty());
  }

  /** The model with what is in the cache now beside it, listed in its manifest. */
  private Path shipped(String version) throws Exception {
    Path from = Paths.get(property("model"));
    Path to = temporary.getRoot().toPath().resolve("shipped");
    for (Path each : (Iterable<Path>) Files.walk(from)::iterator) {
      Files.createDirectories(to.resolve(from.relativize(each)).getParent());
      if (Files.isRegularFile(each)) Files.copy(each, to.resolve(from.relativize(each)));
    }
    String manifest = new String(Files.readAllBytes(to.resolve("npu.json")), StandardCharsets.UTF_8);
    assertFalse("a model of which nothing is compiled", manifest.contains("\"compiled\""));
    Matcher contexts = Pattern.compile("unet[^\"]*\\.onnx\"[^\\[]*?\"context\": *\"([^\"]+)\"").matcher(manifest);
    List<String> compiled = new ArrayList<>();
    for (Path place : places()) {
      assertTrue(contexts.find());
      Path folder = Files.createDirectories(to.resolve("contexts/" + compiled.size()));
      List<String> files = new ArrayList<>();
      for (String line : Files.readAllLines(place.resolve("proof"))) {
        String[] words = line.split(" ", 3);
        Files.copy(place.resolve(words[2]), folder.resolve(words[2]));
        String path = "contexts/" + compiled.size() + "/" + words[2];
        String file = "{\"path\":\"" + path + "\",\"bytes\":" + words[1] + ",\"sha256\":\"" + words[0] + "\"}";
        files.add(words[2].equals(ContextCache.CONTEXT) ? 0 : files.size(), file);
      }
      String made = "\"chip\":\"" + chip + "\",\"qairt\":\"" + version + "\",\"context\":\"" + contexts.group(1) + "\"";
      compiled.add("{" + made + ",\"files\":[" + String.join(",", files) + "]}");
    }
    String with = "$1\"compiled\":[" + Matcher.quoteReplacement(String.join(",", compiled)) + "],";
    manifest = manifest.replaceFirst("(\"contexts\": *\\{)", with);
    Files.write(to.resolve("npu.json"), manifest.getBytes(StandardCharsets.UTF_8));
    return to;
  }

  /** The folders of the cache that hold a compiled graph, in the order of its parts. */
  private List<Path> places() throws Exception {
    List<Path> places = new ArrayList<>();
    for (Path each : files()) if (each.endsWith(ContextCache.CONTEXT)) places.add(each.getParent());
    Collections.sort(places);
    return places;
  }

  @Test
  public void whatTheModelsMakerCompiledIsTakenWhereItIsAsItWas() throws Exception {
    List<ModelFolder> folders = ModelFolder.openAll(Paths.get(property("model")));
    QnnEngine first = engine(folders, property("version"));
    float[] fresh = run(first, folders.get(0), Status.NPU);
    int parts = first.compiled();
    Path model = shipped(property("version"));

    List<ModelFolder> whole = ModelFolder.openAll(model);
    QnnEngine taken = engine(whole, property("version"));
    assertArrayEquals(fresh, run(taken, whole.get(0), Status.NPU), 0);
    assertEquals(0, taken.compiled());

    QnnEngine other = engine(whole, property("version") + ".1");
    run(other, whole.get(0), Status.NPU);
    assertEquals("of another version", parts, other.compiled());

    Path binary = Files.walk(model).filter(each -> each.toString().endsWith(".bin") && each.toString().contains("contexts")).findFirst().get();
    byte[] damaged = Files.readAllBytes(binary);
    damaged[damaged.length / 2] ^= 1;
    Files.write(binary, damaged);
    List<ModelFolder> changed = ModelFolder.openAll(model);
    QnnEngine careful = engine(changed, property("version"));
    assertArrayEquals(fresh, run(careful, changed.get(0), Status.NPU), 0);
    assertEquals("one with a flipped bit", 1, careful.compiled());
  }
}
