package pocketdiffusion.app;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.DocumentsContract;
import android.provider.DocumentsContract.Document;
import java.io.File;
import java.io.FileNotFoundException;

/** The system's documents: a folder of this machine, whose documents are named by their paths. */
public final class FakeDocuments extends ContentProvider {
  static final String AUTHORITY = "documents.test";

  File root;
  /** Where not null, thrown by whatever is asked. */
  RuntimeException broken;

  Uri tree() {
    return DocumentsContract.buildTreeDocumentUri(AUTHORITY, "primary:models/" + root.getName());
  }

  private File fileOf(Uri uri) {
    String id = DocumentsContract.getDocumentId(uri);
    return id.startsWith("primary:") ? root : new File(root, id);
  }

  @Override
  public Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
    if (broken != null) throw broken;
    MatrixCursor cursor = new MatrixCursor(columns);
    File file = fileOf(uri);
    if (!uri.getPath().endsWith("/children")) add(cursor, columns, file);
    else for (File each : file.listFiles()) add(cursor, columns, each);
    return cursor;
  }

  private void add(MatrixCursor cursor, String[] columns, File file) {
    Object[] row = new Object[columns.length];
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].equals(Document.COLUMN_DOCUMENT_ID)) row[i] = root.toURI().relativize(file.toURI()).getPath();
      if (columns[i].equals(Document.COLUMN_DISPLAY_NAME)) row[i] = file.getName();
      if (columns[i].equals(Document.COLUMN_SIZE)) row[i] = file.length();
      if (columns[i].equals(Document.COLUMN_MIME_TYPE)) row[i] = file.isDirectory() ? Document.MIME_TYPE_DIR : "x/y";
    }
    cursor.addRow(row);
  }

  @Override
  public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
    if (broken != null) throw broken;
    return ParcelFileDescriptor.open(fileOf(uri), ParcelFileDescriptor.parseMode(mode));
  }

  @Override
  public boolean onCreate() {
    return true;
  }

  @Override
  public String getType(Uri uri) {
    return null;
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
