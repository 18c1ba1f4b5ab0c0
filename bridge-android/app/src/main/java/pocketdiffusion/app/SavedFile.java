package pocketdiffusion.app;

import android.annotation.TargetApi;
import android.content.ContentResolver;
import android.content.ContentValues;
import android.net.Uri;
import android.os.Build;
import android.os.Environment;
import android.provider.DocumentsContract;
import android.provider.MediaStore;
import java.io.FileNotFoundException;
import java.io.OutputStream;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.Locale;

/** A file that is being given to the device: others see it once it is whole. The page's own name for it does not reach us. */
final class SavedFile {
  private static final String FOLDER = "Pocket Diffusion";

  final String name;
  final String type;
  private final ContentResolver resolver;

  private SavedFile(ContentResolver resolver, String name, String type) {
    this.resolver = resolver;
    this.name = name;
    this.type = type;
  }

  static SavedFile of(ContentResolver resolver, String type, Date now) {
    String known = type == null || type.isEmpty() ? MediaTypes.BYTES : type;
    String stamp = new SimpleDateFormat("yyyyMMdd-HHmmss", Locale.ROOT).format(now);
    return new SavedFile(resolver, "pocket-diffusion-" + stamp + ending(known), known);
  }

  private static String ending(String type) {
    switch (type) {
      case "image/png":
        return ".png";
      case "application/zip":
        return ".zip";
      case "application/json":
        return ".json";
      default:
        // All else that the page gives out are models.
        return ".safetensors";
    }
  }

  /** A place for it; null where there is none. */
  @TargetApi(29)
  Uri insert() {
    boolean picture = type.startsWith("image/");
    String root = picture ? Environment.DIRECTORY_PICTURES : Environment.DIRECTORY_DOWNLOADS;
    ContentValues values = new ContentValues();
    values.put(MediaStore.MediaColumns.DISPLAY_NAME, name);
    values.put(MediaStore.MediaColumns.MIME_TYPE, type);
    values.put(MediaStore.MediaColumns.RELATIVE_PATH, root + "/" + FOLDER);
    values.put(MediaStore.MediaColumns.IS_PENDING, 1);
    String volume = MediaStore.VOLUME_EXTERNAL_PRIMARY;
    return resolver.insert(
        picture ? MediaStore.Images.Media.getContentUri(volume) : MediaStore.Downloads.getContentUri(volume), values);
  }

  /** Null where it cannot be written. */
  OutputStream open(Uri place) {
    try {
      return resolver.openOutputStream(place);
    } catch (FileNotFoundException | SecurityException refused) {
      return null;
    }
  }

  void publish(Uri place) {
    if (Build.VERSION.SDK_INT < 29) return;
    ContentValues values = new ContentValues();
    values.put(MediaStore.MediaColumns.IS_PENDING, 0);
    resolver.update(place, values, null, null);
  }

  void discard(Uri place) {
    try {
      if (Build.VERSION.SDK_INT >= 29) resolver.delete(place, null, null);
      else DocumentsContract.deleteDocument(resolver, place);
    } catch (FileNotFoundException | SecurityException gone) {
      // Then there is nothing to be rid of.
    }
  }
}
