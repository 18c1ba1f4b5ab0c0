package pocketdiffusion.app;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.net.Uri;
import android.widget.Toast;

/** Short words to the person. */
final class Messages {
  private Messages() {}

  /** {@code text}: of the resources. */
  static void tell(Activity activity, int text) {
    Toast.makeText(activity, text, Toast.LENGTH_LONG).show();
  }

  static void askToOpenAgain(Activity activity, Runnable open) {
    if (activity.isFinishing()) return;
    new AlertDialog.Builder(activity)
        .setMessage(R.string.page_ended)
        .setCancelable(false)
        .setPositiveButton(R.string.open_again, (dialog, button) -> open.run())
        .show();
  }

  /** A file was saved: the share sheet is one touch away. */
  static void offerToShare(Activity activity, String name, Uri saved, String type) {
    if (activity.isFinishing()) return;
    new AlertDialog.Builder(activity)
        .setMessage(activity.getString(R.string.saved, name))
        .setNegativeButton(R.string.close, null)
        .setPositiveButton(R.string.share, (dialog, button) -> share(activity, saved, type))
        .show();
  }

  /** Whoever the person picks may read {@code file}. */
  static void share(Activity activity, Uri file, String type) {
    Intent send =
        new Intent(Intent.ACTION_SEND)
            .setType(type)
            .putExtra(Intent.EXTRA_STREAM, file)
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
    activity.startActivity(Intent.createChooser(send, null));
  }
}
