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

/** A file that is being given to the device: others see it once it is whole. */
final class SavedFile {
  private static final String FOLDER = "Pocket Diffusion";
  /** In characters: file systems take 255 bytes, of which a character may take three and more. */
  private static final int LONGEST_STEM = 60;

  final String name;
  final String type;
  private final ContentResolver resolver;

  private SavedFile(ContentResolver resolver, String name, String type) {
    this.resolver = resolver;
    this.name = name;
    this.type = type;
  }

  /** {@code wanted}: what the page calls it; null, or a name that is none for a file, where the time is to name it. */
  static SavedFile of(ContentResolver resolver, String type, String wanted, Date now) {
    String known = type == null || type.isEmpty() ? MediaTypes.BYTES : type;
    String plain = plain(wanted, ending(known));
    String stamp = new SimpleDateFormat("yyyyMMdd-HHmmss", Locale.ROOT).format(now);
    return new SavedFile(resolver, plain == null ? "pocket-diffusion-" + stamp + ending(known) : plain, known);
  }

  /** {@code wanted} as a name that every file system takes and that ends as its type does; null where nothing is left of it. */
  private static String plain(String wanted, String ending) {
    if (wanted == null) return null;
    String stem = wanted.endsWith(ending) ? wanted.substring(0, wanted.length() - ending.length()) : wanted;
    String plain = stem.replaceAll("[^\\p{L}\\p{M}\\p{N} ._()-]+", "-").replaceAll("^[ .-]+|[ .-]+$", "");
    int end = plain.offsetByCodePoints(0, Math.min(LONGEST_STEM, plain.codePointCount(0, plain.length())));
    return plain.isEmpty() ? null : plain.substring(0, end) + ending;
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

  static void discard(ContentResolver resolver, Uri place) {
    try {
      if (Build.VERSION.SDK_INT >= 29) resolver.delete(place, null, null);
      else DocumentsContract.deleteDocument(resolver, place);
    } catch (FileNotFoundException | SecurityException gone) {
      // Then there is nothing to be rid of.
    }
  }
}
