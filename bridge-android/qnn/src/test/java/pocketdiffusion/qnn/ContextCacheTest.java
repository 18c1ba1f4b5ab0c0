package pocketdiffusion.qnn;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What was compiled is found as it was, or not at all. */
public final class ContextCacheTest {
  private static final String MODEL = "0123abcd";
  private static final String GRAPH = "unet-512x512-0";
  private static final String MADE = "SM8550-2.51.0";

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();
  private Path folder;
  private ContextCache cache;

  @Before
  public void start() {
    folder = temporary.getRoot().toPath().resolve("contexts");
    cache = ContextCache.in(folder);
  }

  private Path compiled(String graph, String made) throws IOException {
    Path arrival = cache.arrival(MODEL, graph);
    write(arrival.resolve("context.onnx"), "graph");
    write(arrival.resolve("context_qnn.bin"), "compiled");
    return cache.accept(arrival, MODEL, graph, made);
  }

  private static void write(Path path, String text) throws IOException {
    Files.write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /** As a later start of the app sees it. */
  private Path foundLater() {
    return ContextCache.in(folder).find(MODEL, GRAPH, MADE);
  }

  private String[] places() {
    String[] names = folder.resolve(MODEL).resolve(GRAPH).toFile().list();
    return names == null ? new String[0] : names;
  }

  @Test
  public void whatWasCompiledIsFoundNowAndLater() throws Exception {
    assertNull(cache.find(MODEL, GRAPH, MADE));
    Path context = compiled(GRAPH, MADE);
    assertEquals(folder.resolve(MODEL).resolve(GRAPH).resolve(MADE).resolve("context.onnx"), context);
    assertEquals(context, cache.find(MODEL, GRAPH, MADE));
    assertEquals(context, foundLater());
  }

  @Test
  public void itIsNotForAnotherModelGraphChipOrVersion() throws Exception {
    compiled(GRAPH, MADE);
    assertNull(cache.find("0123abce", GRAPH, MADE));
    assertNull(cache.find(MODEL, "unet-256x256-0", MADE));
    assertNull(cache.find(MODEL, GRAPH, "SM8650-2.51.0"));
    assertNull(cache.find(MODEL, GRAPH, "SM8550-2.52.0"));
  }

  @Test
  public void aNewOneTakesThePlaceOfThoseOfOtherVersions() throws Exception {
    compiled(GRAPH, MADE);
    compiled("unet-256x256-0", MADE);
    compiled(GRAPH, "SM8550-2.52.0");
    assertArrayEquals(new String[] {"SM8550-2.52.0"}, places());
    assertEquals("context.onnx", cache.find(MODEL, "unet-256x256-0", MADE).getFileName().toString());
  }

  @Test
  public void whatIsDamagedIsRemovedAndNotFound() throws Exception {
    for (String[] damage :
        new String[][] {
          {"context_qnn.bin", "compileD"}, // another byte
          {"context_qnn.bin", "compile"}, // cut short
          {"context_qnn.bin", null},
          {"context.onnx", "grapH"},
          {"context.onnx", null},
          {"proof", null},
          {"proof", ""},
          {"proof", "nonsense"},
          {"proof", "00 five context.onnx"},
          {"proof", "00 5 ../../context.onnx"},
        }) {
      Path place = compiled(GRAPH, MADE).getParent();
      if (damage[1] == null) Files.delete(place.resolve(damage[0]));
      else write(place.resolve(damage[0]), damage[1]);
      assertNull(damage[0] + ": " + damage[1], foundLater());
      assertFalse(Files.exists(place));
    }
  }

  @Test
  public void aProofOfWhatLiesElsewhereIsNone() throws Exception {
    Path place = compiled(GRAPH, MADE).getParent();
    write(folder.resolve("elsewhere"), "compiled");
    Files.delete(place.resolve("context_qnn.bin"));
    String proof = new String(Files.readAllBytes(place.resolve("proof")), StandardCharsets.UTF_8);
    write(place.resolve("proof"), proof.replace("context_qnn.bin", "../../../elsewhere"));
    assertNull(foundLater());
  }

  @Test
  public void aShortFileIsNoticedAlsoByWhoHasProvenItBefore() throws Exception {
    Path place = compiled(GRAPH, MADE).getParent();
    write(place.resolve("context_qnn.bin"), "compile");
    assertNull(cache.find(MODEL, GRAPH, MADE));
  }

  @Test
  public void whatIsForgottenIsGone() throws Exception {
    compiled(GRAPH, MADE);
    cache.forget(MODEL, GRAPH, MADE);
    cache.forget(MODEL, GRAPH, MADE);
    assertNull(cache.find(MODEL, GRAPH, MADE));
    assertEquals(0, places().length);
  }

  @Test
  public void othersModelsAndHalfDoneThingsAreTidiedAway() throws Exception {
    Path context = compiled(GRAPH, MADE);
    Path left = cache.arrival(MODEL, GRAPH);
    write(left.resolve("context_qnn.bin"), "half");
    cache.keepOnly(Collections.singleton(MODEL));
    assertFalse(Files.exists(left));
    assertEquals(context, cache.find(MODEL, GRAPH, MADE));
    cache.keepOnly(Collections.emptySet());
    assertFalse(Files.exists(folder.resolve(MODEL)));
  }

  @Test
  public void namesStayInTheFolder() {
    for (String name : new String[] {"", ".", "..", "../x", "a/b", ".hidden", "a\\b", "a b"}) {
      assertThrows(name, IllegalArgumentException.class, () -> cache.find(name, GRAPH, MADE));
      assertThrows(name, IllegalArgumentException.class, () -> cache.find(MODEL, name, MADE));
      assertThrows(name, IllegalArgumentException.class, () -> cache.find(MODEL, GRAPH, name));
    }
  }
}
