package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Folders of models: whole ones, and damage. */
public final class ModelFolderTest {
  private static final Progress SILENT = (done, of) -> {};

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();
  private Path folder;

  /** A folder whose files hold their own names. */
  @Before
  public void writeFolder() throws IOException {
    folder = temporary.getRoot().toPath().resolve("small");
    Files.createDirectory(folder);
    Map<String, Object> graphs = new LinkedHashMap<>();
    Map<String, Object> stages = new LinkedHashMap<>();
    Map<String, Object> hashes = new LinkedHashMap<>();
    for (String stage : Offer.STAGES) {
      graphs.put(stage, written(stage + ".onnx"));
      Map<String, Object> weights = written(stage + ".weights");
      hashes.put(stage, weights.remove("sha256"));
      stages.put(stage, weights);
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("format", "pocket-diffusion");
    manifest.put("stages", stages);
    manifest.put("sha256", hashes);
    write("manifest.json", JsonWriter.write(manifest));
    Map<String, Object> sizes = new LinkedHashMap<>();
    sizes.put("batch", 2);
    sizes.put("width", 64);
    sizes.put("height", 32);
    sizes.put("stages", graphs);
    write("stages.json", JsonWriter.write(sizes));
  }

  private Map<String, Object> written(String name) throws IOException {
    write(name, name);
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("bytes", name.length());
    entry.put("sha256", ModelFile.hash(name.getBytes(StandardCharsets.UTF_8)));
    return entry;
  }

  private void write(String name, String text) throws IOException {
    Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private void replace(String name, String word, String other) throws IOException {
    String text = new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
    assertTrue(text, text.contains(word));
    write(name, text.replace(word, other));
  }

  private void refused(BridgeFault.Code code, String... words) {
    BridgeFault fault = assertThrows(BridgeFault.class, () -> ModelFolder.openAll(folder));
    assertEquals(fault.getMessage(), code, fault.code);
    for (String word : words) assertTrue(fault.getMessage(), fault.getMessage().contains(word));
    assertTrue(fault.getMessage(), !fault.getMessage().contains(temporary.getRoot().toString()));
  }

  private ModelFolder opened() throws BridgeFault {
    return ModelFolder.openAll(folder).get(0);
  }

  private static Offer unetOf(ModelFolder opened) {
    return opened.model.offers.get(1);
  }

  @Test
  public void aWholeFolderIsOfferedInItsSizes() throws Exception {
    ModelFolder opened = opened();
    assertEquals("small", opened.model.name);
    assertEquals(ModelFile.hash(Files.readAllBytes(folder.resolve("manifest.json"))), opened.model.hash);
    assertEquals("{stage=text_encoder, batch=2, backends=[native-cpu]}", opened.model.offers.get(0).json().toString());
    assertEquals(
        "{stage=unet, batch=2, width=64, height=32, backends=[native-cpu]}", unetOf(opened).json().toString());
    assertEquals(Collections.singletonList(folder.resolve("unet.onnx")), opened.graphs(unetOf(opened), SILENT, new Cancellation()));
  }

  /** `npm run convert` writes a folder for each size; what names the model is the same in all. */
  @Test
  public void aModelInTwoSizesIsOne() throws Exception {
    ModelFolder first = opened();
    Path small = folder;
    folder = temporary.getRoot().toPath().resolve("large");
    Files.createDirectory(folder);
    for (String stage : Offer.STAGES) write(stage + ".weights", stage + ".weights");
    for (String stage : Offer.STAGES) write(stage + ".onnx", stage + ".onnx");
    for (String name : new String[] {"manifest.json", "stages.json"}) Files.copy(small.resolve(name), folder.resolve(name));
    replace("stages.json", "\"width\":64", "\"width\":128");
    ModelFolder second = opened();
    List<ModelFolder> together = ModelFolder.together(Arrays.asList(first, second, first));
    assertEquals(1, together.size());
    ModelFolder one = together.get(0);
    assertEquals(first.model.hash, one.model.hash);
    // The text encoder has no size: one of the two is enough.
    assertEquals(7, one.model.offers.size());
    int spared = "text_encoder.onnx".length() + "text_encoder.weights".length();
    assertEquals(2 * first.model.bytes - spared, one.model.bytes);
    List<Path> unets = new ArrayList<>();
    for (Offer offer : one.model.offers) {
      if (offer.stage.equals("unet")) unets.addAll(one.graphs(offer, SILENT, new Cancellation()));
    }
    assertEquals(Arrays.asList(small.resolve("unet.onnx"), folder.resolve("unet.onnx")), unets);
    replace("manifest.json", "pocket-diffusion", "pocket-diffusion\",\"more\":\"");
    assertEquals(2, ModelFolder.together(Arrays.asList(first, opened())).size());
  }

  @Test
  public void hashingTellsHowFarItIsAndIsDoneOnce() throws Exception {
    ModelFolder opened = opened();
    long[] told = new long[2];
    Progress progress =
        (done, of) -> {
          told[0]++;
          assertTrue(done <= of);
        };
    opened.graphs(unetOf(opened), progress, new Cancellation());
    long first = told[0];
    assertEquals(2, first);
    opened.graphs(unetOf(opened), progress, new Cancellation());
    assertEquals(first, told[0]);
  }

  @Test
  public void aFlippedByteIsFound() throws Exception {
    for (String name : new String[] {"unet.onnx", "unet.weights"}) {
      writeFolderAnew();
      ModelFolder opened = opened();
      replace(name, "unet", "vnet");
      BridgeFault fault =
          assertThrows(BridgeFault.class, () -> opened.graphs(unetOf(opened), SILENT, new Cancellation()));
      assertEquals(BridgeFault.Code.CORRUPT_STORE, fault.code);
      assertEquals(name, fault.argument);
    }
  }

  private void writeFolderAnew() throws IOException {
    for (String stage : Offer.STAGES) {
      written(stage + ".onnx");
      written(stage + ".weights");
    }
  }

  @Test
  public void hashingStopsWhenNobodyWantsIt() throws Exception {
    ModelFolder opened = opened();
    Cancellation canceled = new Cancellation();
    canceled.cancel();
    BridgeFault fault = assertThrows(BridgeFault.class, () -> opened.graphs(unetOf(opened), SILENT, canceled));
    assertEquals(BridgeFault.Code.ABORTED, fault.code);
  }

  @Test
  public void missingAndCutFilesAreRefusedAtOnce() throws Exception {
    write("unet.weights", "short");
    refused(BridgeFault.Code.BAD_MODEL, "unet.weights", "12 bytes", "got 5");
    Files.delete(folder.resolve("unet.weights"));
    refused(BridgeFault.Code.BAD_MODEL, "unet.weights", "a file");
    Files.delete(folder.resolve("stages.json"));
    refused(BridgeFault.Code.BAD_MODEL, "stages.json");
    Files.delete(folder.resolve("manifest.json"));
    refused(BridgeFault.Code.BAD_MODEL, "manifest.json");
  }

  @Test
  public void damagedManifestsAreRefused() throws Exception {
    replace("manifest.json", "pocket-diffusion", "another");
    refused(BridgeFault.Code.BAD_MODEL, "format", "another");
    write("manifest.json", "{\"format\":");
    refused(BridgeFault.Code.BAD_MODEL, "manifest.json");
    write("manifest.json", "[]");
    refused(BridgeFault.Code.BAD_MODEL, "an object");
  }

  @Test
  public void sizesThatAreNoNumbersAreRefused() throws Exception {
    replace("stages.json", "\"width\":64", "\"width\":-64");
    refused(BridgeFault.Code.BAD_MODEL, "width", "-64");
  }

  @Test
  public void aFileOutsideTheFolderIsRefused() throws Exception {
    Files.write(temporary.getRoot().toPath().resolve("outside"), new byte[3]);
    BridgeFault fault = assertThrows(BridgeFault.class, () -> ModelFile.of(folder, "../outside", 3, ""));
    assertTrue(fault.getMessage(), fault.getMessage().contains("in the model's folder"));
  }

  @Test
  public void aFolderTellsTheHashesOfItsFiles() throws Exception {
    Map<Path, String> hashes = opened().hashes();
    assertEquals(2 * Offer.STAGES.size(), hashes.size());
    for (Map.Entry<Path, String> entry : hashes.entrySet()) {
      assertEquals(ModelFile.hash(Files.readAllBytes(entry.getKey())), entry.getValue());
    }
  }

  @Test
  public void aModelThatHasGoneIsNotHere() throws Exception {
    ModelFolder folder = opened();
    assertEquals(folder, ModelFolder.of(() -> Collections.singletonList(folder), folder.model));
    BridgeFault fault = assertThrows(BridgeFault.class, () -> ModelFolder.of(Collections::emptyList, folder.model));
    assertEquals(BridgeFault.Code.NOT_HERE, fault.code);
  }
}
