package pocketdiffusion.app;

import android.app.Activity;
import android.os.Handler;
import android.os.Looper;
import android.view.ViewGroup;
import android.webkit.WebSettings;
import android.webkit.WebView;
import java.util.concurrent.Executor;

/**
 * The WebView with the page in it. When what draws it dies, there is a new one; what a person has set is the page's to keep,
 * and what it was at is handed back to it.
 *
 * <p>Invariant: {@code view} is the one that {@code frame} shows, or null once closed.
 */
final class Page {
  private final Activity activity;
  private final ViewGroup frame;
  private final PageServer server;
  private final FileChooser chooser;
  private final BlobSaver saver;
  private final KeptJob job;
  private final PageWishes wishes;
  private final Deaths deaths = new Deaths();
  private final Executor main = new Handler(Looper.getMainLooper())::post;
  private WebView view;
  private WebTopFrame top;
  private Handshake handshake;

  Page(Activity activity, ViewGroup frame, FileChooser chooser, BlobSaver saver, KeptJob job, Runnable onModels) {
    this.activity = activity;
    this.frame = frame;
    this.server = PageServer.of(path -> activity.getAssets().open("web/" + path));
    this.chooser = chooser;
    this.saver = saver;
    this.job = job;
    this.wishes = new PageDesk((PocketApplication) activity.getApplication(), saver, job, onModels);
  }

  WebView view() {
    return view;
  }

  /** Null while no page is shown. */
  TopFrame top() {
    return view == null ? null : top;
  }

  /** Shows the page in a new WebView. */
  void open() {
    view = new WebView(activity);
    WebSettings settings = view.getSettings();
    settings.setJavaScriptEnabled(true);
    settings.setDomStorageEnabled(true);
    settings.setAllowFileAccess(false);
    settings.setAllowContentAccess(false);
    settings.setGeolocationEnabled(false);
    settings.setMixedContentMode(WebSettings.MIXED_CONTENT_NEVER_ALLOW);
    settings.setSupportMultipleWindows(false);
    // Drawing goes on while another app is in front.
    view.setRendererPriorityPolicy(WebView.RENDERER_PRIORITY_IMPORTANT, false);
    view.setBackgroundColor(activity.getColor(R.color.paper));
    PocketApplication application = (PocketApplication) activity.getApplication();
    WebTopFrame frameOfPage = new WebTopFrame(view);
    top = frameOfPage;
    if (WebkitLibrary.carriesBytes()) {
      handshake = Handshake.listening(frameOfPage, application.host(), main, wishes);
      PageObject.add(view, main, handshake::spoken);
    } else {
      handshake = Handshake.with(frameOfPage, application.host(), main, wishes);
    }
    view.setWebViewClient(new PageClient(activity, server, handshake, this::died));
    view.setWebChromeClient(new PageChrome(chooser));
    view.setDownloadListener((url, agent, disposition, type, bytes) -> saver.save(frameOfPage, url, type));
    frame.addView(view, 0, new ViewGroup.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.MATCH_PARENT));
    WebkitLibrary.isolate(view, PageServer.ORIGIN);
    view.loadUrl(PageServer.HOME);
  }

  /** On its control port, if it has one. */
  void say(String text) {
    if (view != null) handshake.say(text);
  }

  /** For good. */
  void close() {
    if (view == null) return;
    handshake.end();
    chooser.settle(null);
    frame.removeView(view);
    view.destroy();
    view = null;
  }

  private void died() {
    job.lose();
    close();
    if (deaths.again(System.nanoTime() / 1_000_000)) open();
    else Messages.askToOpenAgain(activity, this::open);
  }
}
