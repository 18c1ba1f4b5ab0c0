package pocketdiffusion.app;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.content.Context;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.OpenableColumns;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.regex.Pattern;

/**
 * Reports that a person shares, to be read by whom Android was told that they may.
 *
 * <p>Invariant: nothing but the files in one folder of their own is ever opened, and nothing is written.
 */
public final class ReportProvider extends ContentProvider {
  static final String TYPE = "application/json";
  private static final String AUTHORITY = "pocketdiffusion.app.reports";
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._-]{0,99}\\.json");

  /** The address of a new report, which takes the place of every earlier one. */
  static Uri write(Context context, String name, String text) throws IOException {
    File folder = folder(context);
    File[] earlier = folder.listFiles();
    if (earlier != null) for (File each : earlier) each.delete();
    Files.createDirectories(folder.toPath());
    Files.write(new File(folder, name).toPath(), text.getBytes(StandardCharsets.UTF_8));
    return new Uri.Builder().scheme("content").authority(AUTHORITY).appendPath(name).build();
  }

  private static File folder(Context context) {
    return new File(context.getCacheDir(), "reports");
  }

  @Override
  public boolean onCreate() {
    return true;
  }

  private File file(Uri uri) throws FileNotFoundException {
    String name = uri.getPathSegments().size() == 1 ? uri.getLastPathSegment() : "";
    File file = new File(folder(getContext()), name);
    if (!NAME.matcher(name).matches() || !file.isFile()) throw new FileNotFoundException("no such report");
    return file;
  }

  @Override
  public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
    if (!mode.equals("r")) throw new FileNotFoundException("reports are read alone");
    return ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.MODE_READ_ONLY);
  }

  /** Name and length, which whoever sends a file asks for. */
  @Override
  public Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
    MatrixCursor cursor = new MatrixCursor(new String[] {OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE});
    try {
      File file = file(uri);
      cursor.addRow(new Object[] {file.getName(), file.length()});
    } catch (FileNotFoundException none) {
      // An empty answer.
    }
    return cursor;
  }

  @Override
  public String getType(Uri uri) {
    return TYPE;
  }

  @Override
  public Uri insert(Uri uri, ContentValues values) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int delete(Uri uri, String selection, String[] arguments) {
    throw new UnsupportedOperationException();
  }
}
