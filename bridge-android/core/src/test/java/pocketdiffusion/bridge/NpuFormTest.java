package pocketdiffusion.bridge;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Folders with {@code npu.json}: networks in parts, and the token table. */
public final class NpuFormTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private Path folder() {
    return temporary.getRoot().toPath();
  }

  private String file(String name, byte[] bytes, String more) throws IOException {
    Files.write(folder().resolve(name), bytes);
    return "{\"path\":\"" + name + "\",\"bytes\":" + bytes.length + ",\"sha256\":\"" + ModelFile.hash(bytes) + "\"" + more + "}";
  }

  private String part(String name) throws IOException {
    return "{\"graph\":" + file(name + ".onnx", name.getBytes(StandardCharsets.UTF_8), "")
        + ",\"weights\":" + file("shared.weights", new byte[5], "") + "}";
  }

  /** A table of rows of two, and a UNet in two parts. */
  private ModelFolder opened(String dtype, byte[] table) throws IOException, BridgeFault {
    String json =
        "{\"format\":\"pocket-diffusion-npu\",\"version\":2,\"description\":{\"textEncoder\":{\"hiddenSize\":2}},\"tokenTable\":"
            + file("table.bin", table, ",\"dtype\":\"" + dtype + "\"")
            + ",\"stages\":[{\"stage\":\"text_encoder\",\"parts\":[" + part("text")
            + "]},{\"stage\":\"unet\",\"width\":64,\"height\":32,\"parts\":[" + part("first") + "," + part("second") + "]}]}";
    Files.write(folder().resolve("npu.json"), json.getBytes(StandardCharsets.UTF_8));
    return ModelFolder.openAll(folder()).get(0);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) bytes[i] = (byte) values[i];
    return bytes;
  }

  /** The second part of the UNet, compiled into two files; the first of them is asked for. */
  private Path compiled(String chip, String version) throws Exception {
    ModelFolder opened = ModelFolder.openAll(folder()).get(0);
    return opened.context(opened.model.offers.get(1), 1, chip, version, (done, of) -> {}, new Cancellation());
  }

  private void ship(String files) throws Exception {
    opened("F16", new byte[8]);
    String json = new String(Files.readAllBytes(folder().resolve("npu.json")), StandardCharsets.UTF_8);
    String compiled = "{\"chip\":\"SM8550\",\"qairt\":\"2.51.0\",\"context\":\"second.x\",\"files\":[" + files + "]}";
    json = json.substring(0, json.length() - 1) + ",\"contexts\":{\"folder\":\"contexts\",\"compiled\":[" + compiled + "]}}";
    json = json.replaceAll("(second.onnx.*?\"weights\":\\{[^}]*})", "$1,\"context\":\"second.x\"");
    Files.write(folder().resolve("npu.json"), json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  public void aCompiledGraphIsTakenForItsChipAndItsVersionAlone() throws Exception {
    opened("F16", new byte[8]);
    assertNull(compiled("SM8550", "2.51.0"));
    Files.createDirectories(folder().resolve("contexts"));
    ship(file("contexts/second.x", bytes(1, 2), "") + "," + file("contexts/second.bin", bytes(3), ""));
    assertEquals(folder().resolve("contexts/second.x"), compiled("SM8550", "2.51.0"));
    assertNull(compiled("SM8650", "2.51.0"));
    assertNull(compiled("SM8550", "2.51.1"));
    ModelFolder opened = ModelFolder.openAll(folder()).get(0);
    assertNull("of the other part", opened.context(opened.model.offers.get(1), 0, "SM8550", "2.51.0", null, null));
  }

  @Test
  public void aCompiledGraphThatIsNotAsTheManifestSaysIsPassedOver() throws Exception {
    Files.createDirectories(folder().resolve("contexts"));
    String files = file("contexts/second.x", bytes(1, 2), "") + "," + file("contexts/second.bin", bytes(3), "");
    ship(files);
    Files.write(folder().resolve("contexts/second.bin"), bytes(4));
    assertNull("another hash", compiled("SM8550", "2.51.0"));
    Files.write(folder().resolve("contexts/second.bin"), bytes(3, 3));
    assertNull("another length", compiled("SM8550", "2.51.0"));
    Files.delete(folder().resolve("contexts/second.bin"));
    assertNull("none", compiled("SM8550", "2.51.0"));
    ship("");
    assertNull("no files", compiled("SM8550", "2.51.0"));
    ship(file("contexts/second.bin", bytes(3), "").replace("contexts/second.bin", "../contexts/second.bin"));
    assertNull("outside", compiled("SM8550", "2.51.0"));
  }

  @Test
  public void partsRunInTheirOrderAndAFileIsCountedOnce() throws Exception {
    ModelFolder opened = opened("F16", new byte[8]);
    assertEquals(Model.Form.NPU, opened.model.form);
    assertEquals("text".length() + "first".length() + "second".length() + 5, opened.model.bytes);
    Offer unet = opened.model.offers.get(1);
    assertEquals("{stage=unet, batch=1, width=64, height=32, backends=[npu, native-cpu]}", unet.json().toString());
    assertEquals("{stage=text_encoder, batch=1, backends=[npu, native-cpu]}", opened.model.offers.get(0).json().toString());
    assertEquals(
        Arrays.asList(folder().resolve("first.onnx"), folder().resolve("second.onnx")),
        opened.graphs(unet, (done, of) -> {}, new Cancellation()));
  }

  @Test
  public void rowsOfHalves() throws Exception {
    // 1, -2; 65504, 2^-24; infinity, 2^-14.
    byte[] table = bytes(0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c, 0x00, 0x04);
    Tensor rows = opened("F16", table).embed(Tensor.ints(new long[] {1, 3}, 2, 0, 1));
    assertArrayEquals(new long[] {1, 3, 2}, rows.shape());
    assertArrayEquals(
        new float[] {Float.POSITIVE_INFINITY, 0x1p-14f, 1, -2, 65504, 0x1p-24f}, rows.floats(), 0);
  }

  @Test
  public void everyHalfIsWhatItsDefinitionSays() {
    for (int half = 0; half < 0x7c00; half++) {
      int exponent = half >> 10;
      double expected = exponent == 0 ? (half & 0x3ff) * 0x1p-24 : (1 + (half & 0x3ff) * 0x1p-10) * Math.pow(2, exponent - 15);
      assertEquals(expected, TokenTable.ofHalf((short) half), 0);
      assertEquals(-expected, TokenTable.ofHalf((short) (half | 0x8000)), 0);
    }
    assertTrue(Float.isNaN(TokenTable.ofHalf((short) 0x7e00)));
  }

  @Test
  public void rowsOfFloatsAndOfBfloats() throws Exception {
    Tensor first = Tensor.ints(new long[] {1}, 1);
    byte[] floats = bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0);
    assertArrayEquals(new float[] {1, -2.5f}, opened("F32", floats).embed(first).floats(), 0);
    assertArrayEquals(new float[] {1, -2.5f}, opened("BF16", bytes(0, 0, 0, 0, 0x80, 0x3f, 0x20, 0xc0)).embed(first).floats(), 0);
  }

  @Test
  public void rowsOutsideTheTableAreRefused() throws Exception {
    ModelFolder opened = opened("F16", new byte[12]);
    for (int id : new int[] {-1, 3, Integer.MAX_VALUE}) {
      BridgeFault fault = assertThrows(BridgeFault.class, () -> opened.embed(Tensor.ints(new long[] {1}, id)));
      assertEquals("bad-argument: ids: expected 0 to 2, got " + id, fault.getMessage());
    }
  }

  @Test
  public void aDamagedTableIsFound() throws Exception {
    ModelFolder opened = opened("F16", new byte[8]);
    Files.write(folder().resolve("table.bin"), bytes(0, 0, 0, 1, 0, 0, 0, 0));
    BridgeFault fault = assertThrows(BridgeFault.class, () -> opened.embed(Tensor.ints(new long[] {1}, 0)));
    assertEquals(BridgeFault.Code.CORRUPT_STORE, fault.code);
  }

  @Test
  public void tablesOfOtherRowsAndOtherVersionsAreRefused() throws Exception {
    assertTrue(assertThrows(BridgeFault.class, () -> opened("F16", new byte[7])).getMessage().contains("rows of 4 bytes"));
    assertTrue(assertThrows(BridgeFault.class, () -> opened("I8", new byte[8])).getMessage().contains("dtype"));
    opened("F16", new byte[8]);
    Path path = folder().resolve("npu.json");
    String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    Files.write(path, text.replace("\"version\":2", "\"version\":1").getBytes(StandardCharsets.UTF_8));
    BridgeFault fault = assertThrows(BridgeFault.class, () -> ModelFolder.openAll(folder()));
    assertEquals("bad-model: npu.json: version: expected 2, got 1.0", fault.getMessage());
  }
}
