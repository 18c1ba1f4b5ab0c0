package pocketdiffusion.app;

import android.app.Activity;
import android.content.res.Configuration;
import android.graphics.Insets;
import android.os.Build;
import android.view.View;
import android.view.Window;
import android.view.WindowInsets;
import android.view.WindowInsetsController;

/** The page's paper goes behind the system's bars; the page itself keeps clear of them, of cutouts and of the keyboard. */
final class EdgeToEdge {
  private EdgeToEdge() {}

  static void apply(Activity activity, View frame) {
    Window window = activity.getWindow();
    frame.setBackgroundColor(activity.getColor(R.color.paper));
    if (Build.VERSION.SDK_INT >= 30) window.setDecorFitsSystemWindows(false);
    else layOutBehindBars(window.getDecorView());
    frame.setOnApplyWindowInsetsListener(
        (view, insets) -> {
          pad(view, insets);
          return consumed(insets);
        });
    tint(activity);
  }

  /** Dark signs on light bars by day, light ones by night. */
  static void tint(Activity activity) {
    // Before, the theme has said it once for all.
    if (Build.VERSION.SDK_INT < 30) return;
    WindowInsetsController bars = activity.getWindow().getInsetsController();
    if (bars == null) return;
    int night = activity.getResources().getConfiguration().uiMode & Configuration.UI_MODE_NIGHT_MASK;
    int light =
        WindowInsetsController.APPEARANCE_LIGHT_STATUS_BARS | WindowInsetsController.APPEARANCE_LIGHT_NAVIGATION_BARS;
    bars.setSystemBarsAppearance(night == Configuration.UI_MODE_NIGHT_YES ? 0 : light, light);
  }

  @SuppressWarnings("deprecation")
  private static void layOutBehindBars(View decor) {
    decor.setSystemUiVisibility(
        decor.getSystemUiVisibility()
            | View.SYSTEM_UI_FLAG_LAYOUT_STABLE
            | View.SYSTEM_UI_FLAG_LAYOUT_FULLSCREEN
            | View.SYSTEM_UI_FLAG_LAYOUT_HIDE_NAVIGATION);
  }

  @SuppressWarnings("deprecation")
  private static void pad(View view, WindowInsets insets) {
    if (Build.VERSION.SDK_INT >= 30) {
      Insets all =
          insets.getInsets(
              WindowInsets.Type.systemBars() | WindowInsets.Type.displayCutout() | WindowInsets.Type.ime());
      view.setPadding(all.left, all.top, all.right, all.bottom);
      return;
    }
    view.setPadding(
        insets.getSystemWindowInsetLeft(),
        insets.getSystemWindowInsetTop(),
        insets.getSystemWindowInsetRight(),
        insets.getSystemWindowInsetBottom());
  }

  /** So that the page does not keep clear of the same a second time. */
  @SuppressWarnings("deprecation")
  private static WindowInsets consumed(WindowInsets insets) {
    return Build.VERSION.SDK_INT >= 30 ? WindowInsets.CONSUMED : insets.consumeSystemWindowInsets();
  }
}
