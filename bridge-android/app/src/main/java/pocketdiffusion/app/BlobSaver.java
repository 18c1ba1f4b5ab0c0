package pocketdiffusion.app;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.net.Uri;
import android.os.Build;
import android.os.Handler;
import android.os.Looper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Saves what the page gives out: pictures among the pictures, other files among the downloads, by the names that the page has said.
 * Before Android 10 that took a permission: there, a person picks the place.
 *
 * <p>Invariant: one at a time of a document; a second is refused while the first is not done. What a document that is gone had begun
 * ends by itself and keeps nobody waiting.
 */
final class BlobSaver {
  /** Of addresses whose names are remembered. */
  private static final int MOST_NAMES = 16;

  private final Activity activity;
  private final int request;
  private final Executor main = new Handler(Looper.getMainLooper())::post;
  private final Executor writer;
  private final Map<String, String> names = new LinkedHashMap<>();
  /** Null while there is none. */
  private Save current;

  /** {@code request}: of the picker of places. {@code writer} does one thing after another, and not on the main thread. */
  BlobSaver(Activity activity, int request, Executor writer) {
    this.activity = activity;
    this.request = request;
    this.writer = writer;
  }

  /** What will be saved of {@code url} is to be named so. */
  void name(String url, String name) {
    names.remove(url);
    names.put(url, name);
    if (names.size() > MOST_NAMES) names.remove(names.keySet().iterator().next());
  }

  void save(TopFrame top, String url, String type) {
    if (!BlobPull.canPull(url) || current != null) {
      Messages.tell(activity, R.string.not_saved);
      return;
    }
    SavedFile file = SavedFile.of(activity.getContentResolver(), type, names.remove(url), new Date());
    current = new Save(top, url, file);
    if (Build.VERSION.SDK_INT >= 29) {
      current.begin(file.insert());
      return;
    }
    Intent intent = new Intent(Intent.ACTION_CREATE_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType(file.type);
    try {
      activity.startActivityForResult(intent.putExtra(Intent.EXTRA_TITLE, file.name), request);
    } catch (ActivityNotFoundException noPicker) {
      current.begin(null);
    }
  }

  /** What was picked for a document that is gone meanwhile is an empty file, and of no use. */
  void picked(int result, Intent data) {
    Uri place = result == Activity.RESULT_OK && data != null ? data.getData() : null;
    if (current != null && place != null) current.begin(place);
    else if (current != null) current = null;
    else if (place != null) SavedFile.discard(activity.getContentResolver(), place);
  }

  /** The document is gone. */
  void end() {
    Save last = current;
    current = null;
    names.clear();
    if (last != null && last.pull != null) last.pull.end();
  }

  private final class Save {
    private final TopFrame top;
    private final String url;
    private final SavedFile file;
    private BlobPull pull;

    Save(TopFrame top, String url, SavedFile file) {
      this.top = top;
      this.url = url;
      this.file = file;
    }

    void begin(Uri place) {
      OutputStream out = place == null ? null : file.open(place);
      if (out == null) {
        current = null;
        Messages.tell(activity, R.string.not_saved);
        return;
      }
      top.run(BlobPull.script(url));
      Wire[] ends = top.channel();
      pull = BlobPull.over(ends[0], out, writer, main, fault -> done(place, fault));
      top.post(BlobPull.GREETING, ends[1]);
      pull.next();
    }

    private void done(Uri place, IOException fault) {
      if (current == this) current = null;
      if (fault != null) {
        SavedFile.discard(activity.getContentResolver(), place);
        Messages.tell(activity, R.string.not_saved);
        return;
      }
      file.publish(place);
      Messages.offerToShare(activity, file.name, place, file.type);
    }
  }
}
