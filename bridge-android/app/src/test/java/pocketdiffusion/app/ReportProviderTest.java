package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import android.content.ContentResolver;
import android.content.Context;
import android.content.pm.PackageManager;
import android.content.pm.ProviderInfo;
import android.database.Cursor;
import android.net.Uri;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;

/** A report can be read by whom it was given to, and nothing else can. */
@RunWith(RobolectricTestRunner.class)
public final class ReportProviderTest {
  private final Context context = RuntimeEnvironment.getApplication();
  private final ContentResolver resolver = context.getContentResolver();

  private String read(Uri uri) throws Exception {
    try (InputStream in = resolver.openInputStream(uri)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  public void theLastReportIsRead() throws Exception {
    Uri first = ReportProvider.write(context, "a.json", "{}");
    Uri second = ReportProvider.write(context, "b.json", "{\"é\":1}");
    assertEquals("content://pocketdiffusion.app.reports/b.json", second.toString());
    assertEquals("{\"é\":1}", read(second));
    assertThrows(FileNotFoundException.class, () -> read(first));
    assertEquals("application/json", resolver.getType(second));
    try (Cursor cursor = resolver.query(second, null, null, null, null)) {
      assertTrue(cursor.moveToFirst());
      assertEquals("b.json", cursor.getString(0));
      assertEquals(8, cursor.getLong(1));
    }
  }

  @Test
  public void nothingElseIsReadAndNothingIsWritten() throws Exception {
    Uri report = ReportProvider.write(context, "a.json", "{}");
    Files.write(new File(context.getCacheDir(), "secret.json").toPath(), new byte[1]);
    Files.write(new File(context.getCacheDir(), "reports/secret.txt").toPath(), new byte[1]);
    for (String path : new String[] {"", "..%2Fsecret.json", "../secret.json", "x/a.json", "secret.txt", ".json", "none.json"}) {
      Uri uri = Uri.parse("content://pocketdiffusion.app.reports/" + path);
      assertThrows(path, FileNotFoundException.class, () -> read(uri));
      try (Cursor cursor = resolver.query(uri, null, null, null, null)) {
        assertEquals(path, 0, cursor.getCount());
      }
    }
    assertThrows(FileNotFoundException.class, () -> resolver.openFileDescriptor(report, "rw"));
    assertThrows(UnsupportedOperationException.class, () -> resolver.delete(report, null, null));
    assertEquals("{}", read(report));
  }

  @Test
  @SuppressWarnings("deprecation")
  public void whoWasNotGivenItDoesNotReachIt() throws Exception {
    PackageManager packages = context.getPackageManager();
    ProviderInfo info = packages.resolveContentProvider("pocketdiffusion.app.reports", 0);
    assertFalse(info.exported);
    assertTrue(info.grantUriPermissions);
  }
}
