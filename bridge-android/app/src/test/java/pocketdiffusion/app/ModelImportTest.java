package pocketdiffusion.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.Offer;

/** Models come whole or not at all, and go. */
public final class ModelImportTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private final Cancellation cancellation = new Cancellation();
  private FolderTree tree;
  private Path folder;
  private ModelStore store;
  private long done = 0;
  private long whole = 0;

  @Before
  public void start() throws Exception {
    tree = FolderTree.ofModel();
    folder = temporary.getRoot().toPath().resolve("models");
    store = ModelStore.in(folder, () -> {});
  }

  private boolean bring() throws Exception {
    done = 0;
    return ModelImport.run(store, tree, this::heard, cancellation);
  }

  private void heard(long at, long of) {
    assertTrue(at >= done && at <= of);
    done = at;
    whole = of;
  }

  /** What the store has in its folder, the half-done things too. */
  private List<String> places() {
    String[] names = folder.toFile().list();
    return names == null ? Collections.emptyList() : Arrays.asList(names);
  }

  /** Where the store has the model of {@code tree}. */
  private String place() throws Exception {
    return FolderTree.sha256(tree.files.get("manifest.json")) + "-" + FolderTree.sha256(tree.files.get("stages.json"));
  }

  private void refused(BridgeFault.Code code, String... words) {
    BridgeFault fault = assertThrows(BridgeFault.class, this::bring);
    assertEquals(fault.getMessage(), code, fault.code);
    for (String word : words) assertTrue(fault.getMessage(), fault.getMessage().contains(word));
    assertEquals(Collections.emptyList(), places());
    assertEquals(Collections.emptyList(), store.folders());
  }

  @Test
  public void aModelArrivesWithEveryByteAndItsName() throws Exception {
    assertTrue(bring());
    ModelFolder model = store.folders().get(0);
    assertEquals("small model", model.model.name);
    assertEquals(FolderTree.sha256(tree.files.get("manifest.json")), model.model.hash);
    assertEquals(Collections.singletonList(place()), places());
    Path place = folder.resolve(place()).resolve("small model");
    for (String path : tree.files.keySet()) {
      assertArrayEquals(tree.files.get(path).getBytes(StandardCharsets.UTF_8), Files.readAllBytes(place.resolve(path)));
    }
    assertEquals(whole, done);
    assertEquals(tree.files.values().stream().mapToLong(String::length).sum(), whole);
  }

  @Test
  public void itIsThereAfterAStartAndADeletedOneIsNot() throws Exception {
    bring();
    ModelStore next = ModelStore.in(folder, () -> {});
    assertEquals(1, next.folders().size());
    next.delete(next.folders().get(0));
    assertEquals(Collections.emptyList(), next.folders());
    assertEquals(Collections.emptyList(), places());
  }

  @Test
  public void theSameAgainIsNotCopiedAgain() throws Exception {
    bring();
    List<String> opened = new ArrayList<>();
    tree.hook = opened::add;
    assertFalse(bring());
    assertEquals(Arrays.asList("manifest.json", "stages.json"), opened);
    assertEquals(1, store.folders().size());
  }

  /** Their manifests are the same; only what is for a size differs. */
  @Test
  public void aSecondSizeOfAModelArrivesTooAndGoesWithTheFirst() throws Exception {
    bring();
    tree.name = "the same, larger";
    tree.resize(128);
    assertTrue(bring());
    assertFalse(bring());
    for (ModelStore each : new ModelStore[] {store, ModelStore.in(folder, () -> {})}) {
      assertEquals(1, each.folders().size());
      List<Long> widths = new ArrayList<>();
      for (Offer offer : each.folders().get(0).model.offers) {
        if (offer.stage.equals("unet")) widths.add(offer.width);
      }
      Collections.sort(widths);
      assertEquals(Arrays.asList(64L, 128L), widths);
    }
    store.delete(store.folders().get(0));
    assertEquals(Collections.emptyList(), places());
  }

  @Test
  public void sizesThatChangeWhileTheyAreCopiedAreNoticed() {
    tree.hook =
        path -> {
          if (path.equals("unet.onnx")) tree.files.put("stages.json", tree.files.get("stages.json") + " ");
        };
    refused(BridgeFault.Code.CORRUPT_STORE, "stages.json");
  }

  @Test
  public void whatWasDamagedHereIsBroughtInAgain() throws Exception {
    bring();
    Files.delete(folder.resolve(place()).resolve("small model").resolve("unet.weights"));
    store = ModelStore.in(folder, () -> {});
    assertTrue(bring());
    assertEquals(1, store.folders().size());
    assertEquals(Collections.singletonList(place()), places());
  }

  @Test
  public void theManifestIsCopiedLast() throws Exception {
    List<String> opened = new ArrayList<>();
    tree.hook = opened::add;
    bring();
    assertEquals("manifest.json", opened.get(0));
    assertEquals("manifest.json", opened.get(opened.size() - 1));
    assertEquals(tree.files.size() + 2, opened.size());
  }

  @Test
  public void aFolderWithoutAManifestIsNoModel() {
    tree.files.remove("manifest.json");
    refused(BridgeFault.Code.BAD_MODEL, "npu.json or manifest.json");
  }

  @Test
  public void aFileThatIsMissingShortOrAnotherOneIsNoticed() {
    String right = tree.files.remove("unet.weights");
    refused(BridgeFault.Code.BAD_MODEL, "unet.weights");
    tree.files.put("unet.weights", right.substring(1));
    refused(BridgeFault.Code.BAD_MODEL, "unet.weights", "12 bytes", "11");
    tree.files.put("unet.weights", right.replace('u', 'U'));
    refused(BridgeFault.Code.CORRUPT_STORE, "unet.weights");
    tree.files.put("unet.weights", right);
    tree.files.put("vae_decoder.onnx", "VAE_DECODER.onnx");
    refused(BridgeFault.Code.CORRUPT_STORE, "vae_decoder.onnx");
  }

  @Test
  public void aManifestThatChangesWhileItIsCopiedIsNoticed() {
    String right = tree.files.get("manifest.json");
    // Read first as it is, then, after other files, as another one.
    tree.hook =
        path -> {
          if (!path.equals("manifest.json")) tree.files.put("manifest.json", right + " ");
        };
    refused(BridgeFault.Code.CORRUPT_STORE, "manifest.json");
  }

  @Test
  public void namesThatWouldLeaveTheFolderAreRefused() {
    for (String path : new String[] {"../evil", "a/../../evil", "a//b", "/evil", "a\\b", "."}) {
      tree.files.put(path, "x");
      refused(BridgeFault.Code.BAD_MODEL, "plain names");
      tree.files.remove(path);
    }
    assertFalse(Files.exists(folder.resolveSibling("evil")));
  }

  @Test
  public void cancelingLeavesNothing() {
    tree.hook =
        path -> {
          if (path.startsWith("vae")) cancellation.cancel();
        };
    refused(BridgeFault.Code.ABORTED);
  }

  @Test
  public void aFileThatCannotBeReadLeavesNothing() {
    tree.hook =
        path -> {
          if (path.equals("unet.onnx")) throw new IOException("gone");
        };
    assertThrows(IOException.class, this::bring);
    assertEquals(Collections.emptyList(), places());
  }

  @Test
  public void moreThanThereIsRoomForIsRefusedBeforeItIsCopied() throws Exception {
    List<String> opened = new ArrayList<>();
    FolderTree small = tree;
    Tree huge =
        new Tree() {
          @Override
          public String name() {
            return "huge";
          }

          @Override
          public Map<String, Long> files() {
            Map<String, Long> files = small.files();
            files.put("unet.weights", Long.MAX_VALUE / 4);
            return files;
          }

          @Override
          public InputStream open(String path) throws IOException {
            opened.add(path);
            return small.open(path);
          }
        };
    BridgeFault fault = assertThrows(BridgeFault.class, () -> ModelImport.run(store, huge, this::heard, cancellation));
    assertEquals(BridgeFault.Code.TOO_LARGE, fault.code);
    assertEquals(Arrays.asList("manifest.json", "stages.json"), opened);
    assertEquals(Collections.emptyList(), places());
  }

  @Test
  public void oddNamesOfFoldersBecomePlainOnes() throws Exception {
    for (String[] row : new String[][] {{"../../x", "x"}, {"模型 1.5", "模型 1.5"}, {"", "model"}, {"...", "model"}, {"a/b:c", "a-b-c"}}) {
      tree.name = row[0];
      bring();
      assertEquals(row[1], store.folders().get(0).model.name);
      store.delete(store.folders().get(0));
    }
  }

  @Test
  public void whatWasLeftHalfDoneIsRemovedAtTheNextStartAndDamageIsNotShown() throws Exception {
    bring();
    Path left = store.arrival();
    Files.write(left.resolve("unet.weights"), new byte[3]);
    assertEquals(2, places().size());
    Files.delete(folder.resolve(place()).resolve("small model").resolve("unet.weights"));
    ModelStore next = ModelStore.in(folder, () -> {});
    assertEquals(Collections.singletonList(place()), places());
    assertEquals(Collections.emptyList(), next.folders());
  }
}
