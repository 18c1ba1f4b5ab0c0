package pocketdiffusion.app;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.ClipData;
import android.content.Intent;
import android.net.Uri;
import android.webkit.ValueCallback;
import android.webkit.WebChromeClient.FileChooserParams;
import java.util.ArrayList;
import java.util.List;

/**
 * The system's picker for the page. A page whose callback is never called can never choose again.
 *
 * <p>Invariant: each callback is called once: with what was picked, or with null.
 */
final class FileChooser {
  private final Activity activity;
  private final int request;
  private ValueCallback<Uri[]> waiting;

  /** {@code request}: the number of the activity's request that is this chooser's. */
  FileChooser(Activity activity, int request) {
    this.activity = activity;
    this.request = request;
  }

  void show(ValueCallback<Uri[]> callback, int mode, String[] accepted) {
    settle(null);
    waiting = callback;
    Intent intent = new Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*");
    List<String> types = new ArrayList<>();
    for (String each : accepted) {
      // Endings, such as .safetensors, are nothing that Android knows: then all files are shown.
      if (each.indexOf('/') > 0) types.add(each);
      else if (!each.isEmpty()) types.add("*/*");
    }
    if (!types.isEmpty()) intent.putExtra(Intent.EXTRA_MIME_TYPES, types.toArray(new String[0]));
    intent.putExtra(Intent.EXTRA_ALLOW_MULTIPLE, mode != FileChooserParams.MODE_OPEN);
    try {
      activity.startActivityForResult(intent, request);
    } catch (ActivityNotFoundException noPicker) {
      settle(null);
      Messages.tell(activity, R.string.no_app);
    }
  }

  /** What the activity heard for its request. */
  void picked(int result, Intent data) {
    settle(result == Activity.RESULT_OK && data != null ? addresses(data) : null);
  }

  void settle(Uri[] picked) {
    ValueCallback<Uri[]> callback = waiting;
    waiting = null;
    if (callback != null) callback.onReceiveValue(picked);
  }

  private static Uri[] addresses(Intent data) {
    ClipData several = data.getClipData();
    if (several == null) return data.getData() == null ? null : new Uri[] {data.getData()};
    Uri[] all = new Uri[several.getItemCount()];
    for (int i = 0; i < all.length; i++) all[i] = several.getItemAt(i).getUri();
    return all;
  }
}
