package pocketdiffusion.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.ContentValues;
import android.content.Intent;
import android.net.Uri;
import android.os.Looper;
import android.provider.MediaStore;
import java.io.File;
import java.nio.file.Files;
import java.util.Collections;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.annotation.Config;
import org.robolectric.shadows.ShadowDialog;

/** A picture leaves the page and is among the phone's. */
@RunWith(RobolectricTestRunner.class)
public final class BlobSaverTest {
  private static final String URL = "blob:https://appassets.androidplatform.net/0a1b2c3d";
  private static final String PICTURES = "content://media/external_primary/images/media";

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();
  private final FakeFrame frame = new FakeFrame();
  private Activity activity;
  private BlobSaver saver;
  private FakeMedia media;

  @Before
  public void start() throws Exception {
    activity = Robolectric.buildActivity(Activity.class).setup().get();
    saver = new BlobSaver(activity, 3, Runnable::run);
    media = Robolectric.setupContentProvider(FakeMedia.class, "media");
    media.file = temporary.newFile();
  }

  @After
  public void close() {
    saver.end();
  }

  private void pageSays(String... texts) {
    for (String text : texts) {
      frame.port.post(text);
      shadowOf(Looper.getMainLooper()).idle();
    }
  }

  @Test
  public void aPictureIsPendingUntilItIsWhole() throws Exception {
    saver.save(frame, URL, "image/png");
    assertEquals(Collections.singletonList(BlobPull.GREETING), frame.heard);
    assertEquals(Collections.singletonList(BlobPull.script(URL)), frame.scripts);
    ContentValues values = media.inserted.get(0);
    assertEquals("Pictures/Pocket Diffusion", values.get(MediaStore.MediaColumns.RELATIVE_PATH));
    assertEquals("image/png", values.get(MediaStore.MediaColumns.MIME_TYPE));
    assertTrue(values.getAsString(MediaStore.MediaColumns.DISPLAY_NAME).matches("pocket-diffusion-\\d{8}-\\d{6}\\.png"));
    assertEquals(1, values.get(MediaStore.MediaColumns.IS_PENDING));
    pageSays("AQID", "BA==");
    assertTrue(media.updated.isEmpty());
    pageSays("");
    assertArrayEquals(new byte[] {1, 2, 3, 4}, Files.readAllBytes(media.file.toPath()));
    assertEquals(0, media.updated.get(0).get(MediaStore.MediaColumns.IS_PENDING));
  }

  @Test
  public void theShareSheetIsOneTouchAway() {
    saver.save(frame, URL, "image/png");
    pageSays("AQID", "");
    ((AlertDialog) ShadowDialog.getLatestDialog()).getButton(AlertDialog.BUTTON_POSITIVE).performClick();
    shadowOf(Looper.getMainLooper()).idle();
    Intent chooser = shadowOf(activity).getNextStartedActivity();
    Intent send = chooser.getParcelableExtra(Intent.EXTRA_INTENT, Intent.class);
    assertEquals(Intent.ACTION_SEND, send.getAction());
    assertEquals(Uri.parse(PICTURES + "/1"), send.getParcelableExtra(Intent.EXTRA_STREAM, Uri.class));
  }

  @Test
  public void whatFailsIsRemovedAndTheNextOneIsSaved() {
    for (String[] texts : new String[][] {{"AQID", "!"}, {"no base64!"}}) {
      saver.save(frame, URL, "image/png");
      pageSays(texts);
    }
    saver.save(frame, URL, "image/png");
    saver.end();
    shadowOf(Looper.getMainLooper()).idle();
    assertEquals(3, media.deleted);
    assertTrue(media.updated.isEmpty());
    saver.save(frame, URL, "image/png");
    assertEquals(4, frame.heard.size());
  }

  @Test
  public void aPhoneWithoutAPlaceForItIsNoEndOfSaving() {
    File place = media.file;
    media.file = null;
    saver.save(frame, URL, "image/png");
    assertEquals(0, frame.heard.size());
    media.file = place;
    saver.save(frame, URL, "image/png");
    assertEquals(1, frame.heard.size());
  }

  @Test
  @Config(sdk = 28)
  public void beforeAndroid10ThePersonPicksThePlace() throws Exception {
    saver.save(frame, URL, "image/png");
    assertEquals(0, frame.heard.size());
    Intent asked = shadowOf(activity).getNextStartedActivity();
    assertEquals(Intent.ACTION_CREATE_DOCUMENT, asked.getAction());
    assertTrue(asked.getStringExtra(Intent.EXTRA_TITLE).endsWith(".png"));
    saver.picked(Activity.RESULT_CANCELED, null);
    saver.save(frame, URL, "image/png");
    saver.picked(Activity.RESULT_OK, new Intent().setData(Uri.parse("content://media/1")));
    pageSays("AQID", "");
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(media.file.toPath()));
  }

  @Test
  public void oneAtATimeAndOnlyOfThePage() {
    saver.save(frame, "https://example.com/x.png", "image/png");
    assertEquals(0, frame.heard.size());
    saver.save(frame, URL, "image/png");
    saver.save(frame, URL, "image/png");
    assertEquals(1, frame.heard.size());
  }

  @Test
  public void otherFilesAreDownloads() {
    saver.save(frame, URL, "application/zip");
    ContentValues values = media.inserted.get(0);
    assertEquals("content://media/external_primary/downloads", media.collections.get(0).toString());
    assertEquals("Download/Pocket Diffusion", values.get(MediaStore.MediaColumns.RELATIVE_PATH));
    assertTrue(values.getAsString(MediaStore.MediaColumns.DISPLAY_NAME).endsWith(".zip"));
  }

  @Test
  public void aDocumentThatGoesAwayKeepsNobodyWaiting() {
    saver.save(frame, URL, "image/png");
    FakeFrame.End first = frame.port;
    saver.end();
    saver.save(frame, URL, "image/png");
    assertEquals(2, frame.heard.size());
    shadowOf(Looper.getMainLooper()).idle();
    assertEquals("what was begun is removed", 1, media.deleted);
    first.post("AQID");
    pageSays("AQID", "");
    assertEquals(1, media.deleted);
    assertEquals(1, media.updated.size());
  }

  @Test
  @Config(sdk = 28)
  public void aPlacePickedForADocumentThatIsGoneIsGivenUp() {
    saver.save(frame, URL, "image/png");
    saver.end();
    saver.picked(Activity.RESULT_OK, new Intent().setData(Uri.parse("content://media/1")));
    assertEquals(0, frame.heard.size());
    assertEquals(Collections.singletonList("android:deleteDocument"), media.calls);
    saver.save(frame, URL, "image/png");
    saver.picked(Activity.RESULT_OK, new Intent().setData(Uri.parse("content://media/2")));
    assertEquals(1, frame.heard.size());
  }

  private String named(String wanted, String type) {
    saver.name(URL, wanted);
    saver.save(frame, URL, type);
    saver.end();
    shadowOf(Looper.getMainLooper()).idle();
    return media.inserted.get(media.inserted.size() - 1).getAsString(MediaStore.MediaColumns.DISPLAY_NAME);
  }

  @Test
  public void thePageNamesItsFilesAsFarAsFilesCanBeNamedSo() {
    assertEquals("a red apple-7.png", named("a red apple-7.png", "image/png"));
    assertEquals("苹果-1.png", named("苹果🍎1.png", "image/png"));
    assertEquals("apple.jpg.png", named("apple.jpg", "image/png"));
    assertEquals("etc-passwd.png", named("../../etc/passwd", "image/png"));
    assertEquals("model.safetensors", named("model.safetensors", "application/octet-stream"));
    assertEquals(60 + 4, named(new String(new char[300]).replace('\0', 'x'), "image/png").length());
    for (String none : new String[] {"", ".png", "..", "///"}) {
      assertTrue(none, named(none, "image/png").startsWith("pocket-diffusion-"));
    }
  }

  @Test
  public void aNameIsForOneDownload() {
    saver.name(URL, "x.png");
    for (int i = 0; i < 2; i++) {
      saver.save(frame, URL, "image/png");
      pageSays("");
    }
    assertEquals("x.png", media.inserted.get(0).get(MediaStore.MediaColumns.DISPLAY_NAME));
    assertTrue(media.inserted.get(1).getAsString(MediaStore.MediaColumns.DISPLAY_NAME).startsWith("pocket-diffusion-"));
  }
}
