package pocketdiffusion.app;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.webkit.RenderProcessGoneDetail;
import android.webkit.WebResourceRequest;
import android.webkit.WebResourceResponse;
import android.webkit.WebView;
import android.webkit.WebViewClient;

/** Serves the page, keeps the WebView on it, and tells when a document comes and when all is lost. */
final class PageClient extends WebViewClient {
  private final Activity activity;
  private final PageServer server;
  private final Handshake handshake;
  private final Runnable onDeath;

  PageClient(Activity activity, PageServer server, Handshake handshake, Runnable onDeath) {
    this.activity = activity;
    this.server = server;
    this.handshake = handshake;
    this.onDeath = onDeath;
  }

  /** On a thread of the WebView's. What is not ours goes to the network, or nowhere: the policy of the page decides. */
  @Override
  public WebResourceResponse shouldInterceptRequest(WebView view, WebResourceRequest request) {
    String url = request.getUrl().toString();
    if (!PageServer.isOurs(url)) return null;
    Served served = server.answer(request.getMethod(), url);
    return new WebResourceResponse(
        served.type, served.encoding(), served.status, served.reason, PageHeaders.ALL, served.body);
  }

  /** Other pages are for the browser, and only where a person went there. */
  @Override
  public boolean shouldOverrideUrlLoading(WebView view, WebResourceRequest request) {
    Uri url = request.getUrl();
    if (PageServer.isOurs(url.toString())) return false;
    boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    if (web && request.isForMainFrame() && request.hasGesture()) {
      try {
        activity.startActivity(new Intent(Intent.ACTION_VIEW, url).addCategory(Intent.CATEGORY_BROWSABLE));
      } catch (ActivityNotFoundException noBrowser) {
        Messages.tell(activity, R.string.no_app);
      }
    }
    return true;
  }

  @Override
  public void onPageStarted(WebView view, String url, Bitmap icon) {
    handshake.started();
  }

  @Override
  public void onPageFinished(WebView view, String url) {
    handshake.finished(url);
  }

  /** True: we live on without it. */
  @Override
  public boolean onRenderProcessGone(WebView view, RenderProcessGoneDetail detail) {
    onDeath.run();
    return true;
  }
}
