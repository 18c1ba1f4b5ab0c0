package pocketdiffusion.app;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.ClipData;
import android.content.Intent;
import android.net.Uri;
import android.webkit.WebChromeClient.FileChooserParams;
import java.util.ArrayList;
import java.util.List;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** Whatever becomes of a choice, the page hears of it once. */
@RunWith(RobolectricTestRunner.class)
public final class FileChooserTest {
  private final List<Uri[]> heard = new ArrayList<>();
  private ActivityController<MainActivity> controller;
  private MainActivity activity;

  @Before
  public void start() {
    controller = Robolectric.buildActivity(MainActivity.class).setup();
    activity = controller.get();
  }

  private void ask(String... accepted) {
    boolean ours =
        shadowOf(activity.page().view())
            .getWebChromeClient()
            .onShowFileChooser(activity.page().view(), heard::add, params(accepted));
    assertTrue(ours);
  }

  private Intent asked() {
    return shadowOf(activity).getNextStartedActivity();
  }

  private static Intent picked(String... addresses) {
    Intent data = new Intent();
    if (addresses.length == 1) return data.setData(Uri.parse(addresses[0]));
    ClipData clip = ClipData.newRawUri(null, Uri.parse(addresses[0]));
    for (int i = 1; i < addresses.length; i++) clip.addItem(new ClipData.Item(Uri.parse(addresses[i])));
    data.setClipData(clip);
    return data;
  }

  @Test
  public void whatWasPickedArrives() {
    ask(".safetensors");
    shadowOf(activity).receiveResult(asked(), Activity.RESULT_OK, picked("content://a/1"));
    assertArrayEquals(new Uri[] {Uri.parse("content://a/1")}, heard.get(0));
    ask();
    shadowOf(activity).receiveResult(asked(), Activity.RESULT_OK, picked("content://a/1", "content://a/2"));
    assertArrayEquals(new Uri[] {Uri.parse("content://a/1"), Uri.parse("content://a/2")}, heard.get(1));
    assertEquals(2, heard.size());
  }

  @Test
  public void endingsThatAndroidDoesNotKnowShowAllFiles() {
    ask(".safetensors", "image/png");
    Intent intent = asked();
    assertEquals("*/*", intent.getType());
    assertArrayEquals(new String[] {"*/*", "image/png"}, intent.getStringArrayExtra(Intent.EXTRA_MIME_TYPES));
    assertTrue(intent.getBooleanExtra(Intent.EXTRA_ALLOW_MULTIPLE, false));
  }

  @Test
  public void aChangedMindIsHeardToo() {
    ask();
    shadowOf(activity).receiveResult(asked(), Activity.RESULT_CANCELED, null);
    assertEquals(1, heard.size());
    assertNull(heard.get(0));
  }

  @Test
  public void anAnswerWithoutAnythingInItIsNone() {
    ask();
    shadowOf(activity).receiveResult(asked(), Activity.RESULT_OK, new Intent());
    assertNull(heard.get(0));
  }

  @Test
  public void aSecondQuestionSettlesTheFirst() {
    ask();
    ask();
    assertEquals(1, heard.size());
    assertNull(heard.get(0));
    asked();
    shadowOf(activity).receiveResult(asked(), Activity.RESULT_OK, picked("content://a/1"));
    assertEquals(2, heard.size());
  }

  @Test
  public void withoutAPickerItIsSettledAtOnce() {
    shadowOf(RuntimeEnvironment.getApplication()).checkActivities(true);
    ask();
    assertEquals(1, heard.size());
    assertNull(heard.get(0));
  }

  @Test
  public void itIsSettledWhenTheRendererDiesAndWhenTheScreenEnds() {
    ask();
    shadowOf(activity.page().view()).getWebViewClient().onRenderProcessGone(activity.page().view(), null);
    assertEquals(1, heard.size());
    ask();
    controller.pause().stop().destroy();
    assertEquals(2, heard.size());
    assertNull(heard.get(1));
  }

  private static FileChooserParams params(String... accepted) {
    return new FileChooserParams() {
      @Override
      public int getMode() {
        return MODE_OPEN_MULTIPLE;
      }

      @Override
      public String[] getAcceptTypes() {
        return accepted;
      }

      @Override
      public boolean isCaptureEnabled() {
        return false;
      }

      @Override
      public CharSequence getTitle() {
        return null;
      }

      @Override
      public String getFilenameHint() {
        return null;
      }

      @Override
      public Intent createIntent() {
        return new Intent();
      }
    };
  }
}
