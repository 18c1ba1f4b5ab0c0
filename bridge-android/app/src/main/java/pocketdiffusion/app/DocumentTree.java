package pocketdiffusion.app;

import android.content.ContentResolver;
import android.database.Cursor;
import android.net.Uri;
import android.provider.DocumentsContract;
import android.provider.DocumentsContract.Document;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** A folder of the system's picker. What provides it may be of any kind: what it throws of its own is told as an IOException. */
final class DocumentTree implements Tree {
  private static final int DEEPEST = 8;
  private static final String[] COLUMNS = {
    Document.COLUMN_DOCUMENT_ID, Document.COLUMN_DISPLAY_NAME, Document.COLUMN_MIME_TYPE, Document.COLUMN_SIZE
  };

  private final ContentResolver resolver;
  private final Uri tree;
  private final Map<String, Uri> addresses = new LinkedHashMap<>();

  DocumentTree(ContentResolver resolver, Uri tree) {
    this.resolver = resolver;
    this.tree = tree;
  }

  @Override
  public String name() {
    String id = DocumentsContract.getTreeDocumentId(tree);
    try (Cursor found =
        resolver.query(
            DocumentsContract.buildDocumentUriUsingTree(tree, id),
            new String[] {Document.COLUMN_DISPLAY_NAME},
            null,
            null,
            null)) {
      if (found != null && found.moveToFirst() && !found.isNull(0)) return found.getString(0);
    } catch (RuntimeException fromTheProvider) {
      // A name is not worth an import.
    }
    return id.substring(id.lastIndexOf('/') + 1);
  }

  @Override
  public Map<String, Long> files() throws IOException {
    Map<String, Long> files = new LinkedHashMap<>();
    try {
      list(DocumentsContract.getTreeDocumentId(tree), "", 0, files);
    } catch (RuntimeException fromTheProvider) {
      throw new IOException(fromTheProvider);
    }
    return files;
  }

  private void list(String folder, String path, int depth, Map<String, Long> files) throws IOException {
    Uri children = DocumentsContract.buildChildDocumentsUriUsingTree(tree, folder);
    try (Cursor each = resolver.query(children, COLUMNS, null, null, null)) {
      if (each == null) throw new IOException("no list of files");
      while (each.moveToNext()) {
        String id = each.getString(0);
        String name = path + each.getString(1);
        if (!Document.MIME_TYPE_DIR.equals(each.getString(2))) {
          files.put(name, each.isNull(3) ? 0 : each.getLong(3));
          addresses.put(name, DocumentsContract.buildDocumentUriUsingTree(tree, id));
        } else if (depth < DEEPEST) {
          list(id, name + "/", depth + 1, files);
        }
      }
    }
  }

  @Override
  public InputStream open(String path) throws IOException {
    Uri address = addresses.get(path);
    if (address == null) throw new FileNotFoundException(path);
    try {
      InputStream in = resolver.openInputStream(address);
      if (in == null) throw new FileNotFoundException(path);
      return in;
    } catch (RuntimeException fromTheProvider) {
      throw new IOException(fromTheProvider);
    }
  }
}
