package pocketdiffusion.app;

import android.net.Uri;
import android.webkit.ValueCallback;
import android.webkit.WebChromeClient;
import android.webkit.WebView;

/** What the page asks of the app around it: files. Whatever else there is to ask (camera, place, full screen) is refused. */
final class PageChrome extends WebChromeClient {
  private final FileChooser chooser;

  PageChrome(FileChooser chooser) {
    this.chooser = chooser;
  }

  @Override
  public boolean onShowFileChooser(WebView view, ValueCallback<Uri[]> callback, FileChooserParams params) {
    chooser.show(callback, params.getMode(), params.getAcceptTypes());
    return true;
  }
}
