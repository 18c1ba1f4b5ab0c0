package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.os.Looper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.shadows.ShadowDialog;

/** A person brings a folder in and gives a model up. */
@RunWith(RobolectricTestRunner.class)
public final class ModelScreenTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private FakeDocuments documents;
  private Activity activity;
  private ModelStore store;
  private ModelScreen screen;
  private int changes = 0;
  private int measured = 0;

  @Before
  public void start() throws Exception {
    documents = Robolectric.setupContentProvider(FakeDocuments.class, FakeDocuments.AUTHORITY);
    documents.root = temporary.newFolder("small");
    FolderTree tree = FolderTree.ofModel();
    for (Map.Entry<String, String> each : tree.files.entrySet()) {
      Path path = documents.root.toPath().resolve(each.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, each.getValue().getBytes(StandardCharsets.UTF_8));
    }
    activity = Robolectric.buildActivity(Activity.class).setup().get();
    store = ModelStore.in(temporary.getRoot().toPath().resolve("store"), () -> changes++);
    screen = new ModelScreen(activity, 2, store, true, () -> measured++);
  }

  private static AlertDialog shown() {
    return (AlertDialog) ShadowDialog.getLatestDialog();
  }

  private static void press(int button) {
    shown().getButton(button).performClick();
    shadowOf(Looper.getMainLooper()).idle();
  }

  private static String text() {
    return String.valueOf(shadowOf(shown()).getMessage());
  }

  /** Until the import's thread has ended and its last word is shown. */
  private void pick() throws InterruptedException {
    screen.picked(Activity.RESULT_OK, new Intent().setData(documents.tree()));
    for (Thread each : Thread.getAllStackTraces().keySet()) {
      if (each.getName().equals("import")) each.join(TimeUnit.SECONDS.toMillis(20));
    }
    shadowOf(Looper.getMainLooper()).idle();
  }

  @Test
  public void aFolderIsPickedBroughtInListedAndGivenUp() throws Exception {
    screen.show();
    assertTrue(text(), text().startsWith("No models yet"));
    press(AlertDialog.BUTTON_POSITIVE);
    assertEquals(Intent.ACTION_OPEN_DOCUMENT_TREE, shadowOf(activity).getNextStartedActivity().getAction());
    pick();
    assertEquals("Imported: small", text());
    assertEquals("small", store.folders().get(0).model.name);
    assertEquals(1, changes);
    pick();
    assertEquals("Here already, nothing was imported: small", text());
    assertEquals(1, changes);
    screen.show();
    assertTrue(shadowOf(shown()).getItems()[0].toString().startsWith("small\n"));
    shadowOf(shown()).clickOnItem(0);
    assertEquals("Delete small?", text());
    press(AlertDialog.BUTTON_POSITIVE);
    assertTrue(store.folders().isEmpty());
    assertEquals(2, changes);
    assertTrue(text(), text().startsWith("No models yet"));
  }

  @Test
  public void whatIsNoModelIsTold() throws Exception {
    assertTrue(new File(documents.root, "unet.onnx").delete());
    pick();
    assertTrue(text(), text().startsWith("Not imported: bad-model: unet.onnx"));
    documents.broken = new IllegalStateException("the provider is gone");
    pick();
    assertTrue(text(), text().startsWith("Not imported: "));
    assertTrue(store.folders().isEmpty());
  }

  @Test
  public void aChangedMindIsNothing() {
    screen.picked(Activity.RESULT_CANCELED, null);
    screen.picked(Activity.RESULT_OK, new Intent());
    assertTrue(ShadowDialog.getShownDialogs().isEmpty());
  }

  @Test
  public void theBenchmarkIsOneTouchAway() {
    screen.show();
    press(AlertDialog.BUTTON_NEUTRAL);
    assertEquals(1, measured);
  }

  @Test
  public void aBuildWithoutAnEngineSaysSo() {
    new ModelScreen(activity, 2, store, false, null).show();
    assertTrue(text(), text().startsWith("This build has no engine"));
  }

  @Test
  public void aPickedFolderIsReadToItsLeaves() throws Exception {
    DocumentTree tree = new DocumentTree(activity.getContentResolver(), documents.tree());
    assertEquals("small", tree.name());
    Map<String, Long> files = tree.files();
    assertEquals(FolderTree.ofModel().files(), files);
    try (InputStream in = tree.open("tokenizer/vocab.json")) {
      assertEquals("{}", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    assertThrows(IOException.class, () -> tree.open("none"));
  }

  @Test
  public void aProviderThatBreaksIsAnIOException() {
    documents.broken = new SecurityException("no longer yours");
    DocumentTree tree = new DocumentTree(activity.getContentResolver(), documents.tree());
    assertThrows(IOException.class, tree::files);
    assertFalse(tree.name().isEmpty());
  }
}
