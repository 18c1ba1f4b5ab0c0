package pocketdiffusion.app;

/** Sees to what a document asks, each thing where it belongs. */
final class PageDesk implements PageWishes {
  private final PocketApplication application;
  private final BlobSaver saver;
  private final KeptJob job;
  private final Runnable onModels;

  PageDesk(PocketApplication application, BlobSaver saver, KeptJob job, Runnable onModels) {
    this.application = application;
    this.saver = saver;
    this.job = job;
    this.onModels = onModels;
  }

  @Override
  public void showModels() {
    onModels.run();
  }

  @Override
  public void drawing() {
    application.pageDraws(true);
  }

  @Override
  public void progress(int index, int of) {
    application.progress(index, of);
  }

  @Override
  public void idle() {
    application.pageDraws(false);
  }

  @Override
  public void keep(String text) {
    job.keep(text);
  }

  @Override
  public void saving(String url, String name) {
    saver.name(url, name);
  }

  @Override
  public String jobBack() {
    return job.handBack();
  }

  @Override
  public void gone() {
    application.pageDraws(false);
    saver.end();
    job.documentGone();
  }
}
