package pocketdiffusion.app;

import android.content.Context;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageManager;
import android.system.ErrnoException;
import android.system.Os;
import java.io.File;

/** The libraries that were packed with the app, where Android has unpacked them. */
final class Natives {
  /** In the manifest of builds with Qualcomm's libraries. */
  private static final String QNN = "pocketdiffusion.qnn";

  /** Of Qualcomm's libraries; null where they are not in this build. */
  final String qnnVersion;
  private final File folder;

  private Natives(String qnnVersion, File folder) {
    this.qnnVersion = qnnVersion;
    this.folder = folder;
  }

  /** Also tells the NPU's side where its halves of Qualcomm's libraries are: it looks nowhere else. */
  @SuppressWarnings("deprecation")
  static Natives of(Context context) {
    ApplicationInfo info;
    try {
      info = context.getPackageManager().getApplicationInfo(context.getPackageName(), PackageManager.GET_META_DATA);
    } catch (PackageManager.NameNotFoundException notOurselves) {
      throw new IllegalStateException(notOurselves);
    }
    String version = info.metaData == null ? null : info.metaData.getString(QNN);
    Natives natives = new Natives(version, new File(String.valueOf(info.nativeLibraryDir)));
    if (version != null) natives.tell();
    return natives;
  }

  boolean has(String name) {
    return new File(folder, name).isFile();
  }

  private void tell() {
    try {
      Os.setenv("ADSP_LIBRARY_PATH", folder.getPath(), true);
    } catch (ErrnoException refused) {
      // Then the probe fails, and says so.
    }
  }
}
