package pocketdiffusion.app;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.net.Uri;
import android.os.Bundle;
import android.os.ParcelFileDescriptor;
import java.io.File;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.List;

/** The phone's pictures and downloads: one file, and what was said of it. */
public final class FakeMedia extends ContentProvider {
  final List<Uri> collections = new ArrayList<>();
  final List<ContentValues> inserted = new ArrayList<>();
  final List<ContentValues> updated = new ArrayList<>();
  final List<String> calls = new ArrayList<>();
  int deleted = 0;
  File file;

  @Override
  public boolean onCreate() {
    return true;
  }

  @Override
  public Uri insert(Uri collection, ContentValues values) {
    collections.add(collection);
    inserted.add(values);
    return file == null ? null : collection.buildUpon().appendPath("" + inserted.size()).build();
  }

  @Override
  public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
    updated.add(values);
    return 1;
  }

  @Override
  public int delete(Uri uri, String selection, String[] arguments) {
    deleted++;
    return 1;
  }

  /** As {@code DocumentsContract} asks for what it does to a document. */
  @Override
  public Bundle call(String method, String argument, Bundle extras) {
    calls.add(method);
    return new Bundle();
  }

  @Override
  public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
    return ParcelFileDescriptor.open(file, ParcelFileDescriptor.parseMode(mode) | ParcelFileDescriptor.MODE_TRUNCATE);
  }

  @Override
  public Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
    return null;
  }

  @Override
  public String getType(Uri uri) {
    return null;
  }
}
