package pocketdiffusion.app;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.net.Uri;
import android.os.Build;
import android.os.Handler;
import android.os.Looper;
import android.webkit.WebView;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Date;
import java.util.concurrent.Executor;

/**
 * Saves what the page gives out: pictures among the pictures, other files among the downloads. Before Android 10 that took a
 * permission: there, a person picks the place.
 *
 * <p>Invariant: one at a time; a second is refused while the first is not done.
 */
final class BlobSaver {
  private final Activity activity;
  private final int request;
  private final Executor main = new Handler(Looper.getMainLooper())::post;
  private final Executor writer;
  private TopFrame top;
  private WebView view;
  private String url;
  private SavedFile file;
  private BlobPull pull;

  /** {@code request}: of the picker of places. {@code writer} does one thing after another, and not on the main thread. */
  BlobSaver(Activity activity, int request, Executor writer) {
    this.activity = activity;
    this.request = request;
    this.writer = writer;
  }

  void save(TopFrame top, WebView view, String url, String type) {
    if (!BlobPull.canPull(url) || this.url != null) {
      Messages.tell(activity, R.string.not_saved);
      return;
    }
    this.top = top;
    this.view = view;
    this.url = url;
    file = SavedFile.of(activity.getContentResolver(), type, new Date());
    if (Build.VERSION.SDK_INT >= 29) {
      begin(file.insert());
      return;
    }
    Intent intent = new Intent(Intent.ACTION_CREATE_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType(file.type);
    try {
      activity.startActivityForResult(intent.putExtra(Intent.EXTRA_TITLE, file.name), request);
    } catch (ActivityNotFoundException noPicker) {
      begin(null);
    }
  }

  void picked(int result, Intent data) {
    if (url == null) return;
    if (result == Activity.RESULT_OK && data != null) begin(data.getData());
    else forget();
  }

  /** The page is gone. */
  void end() {
    if (pull != null) pull.end();
    else forget();
  }

  private void begin(Uri place) {
    OutputStream out = place == null ? null : file.open(place);
    if (out == null) {
      forget();
      Messages.tell(activity, R.string.not_saved);
      return;
    }
    view.evaluateJavascript(BlobPull.script(url), null);
    Wire[] ends = top.channel();
    pull = BlobPull.over(ends[0], out, writer, main, fault -> done(place, fault));
    top.post(BlobPull.GREETING, ends[1]);
    pull.next();
  }

  private void done(Uri place, IOException fault) {
    SavedFile saved = file;
    forget();
    if (fault != null) {
      saved.discard(place);
      Messages.tell(activity, R.string.not_saved);
      return;
    }
    saved.publish(place);
    Messages.offerToShare(activity, saved.name, place, saved.type);
  }

  private void forget() {
    top = null;
    view = null;
    url = null;
    file = null;
    pull = null;
  }
}
