package pocketdiffusion.app;

/** What a document asks of the app on its control port, beside connections (PROTOCOL.md section 1). On the main thread. */
interface PageWishes {
  /** The person shall see the host's own list of models. */
  void showModels();

  /** It draws from now on, whoever computes. */
  void drawing();

  /** {@code index} of {@code of} steps are done. */
  void progress(int index, int of);

  /** It draws no more. */
  void idle();

  /** What it wants back if it dies; null where there is nothing. */
  void keep(String job);

  /** What it gives out as a download of {@code url} is to be named so. */
  void saving(String url, String name);

  /** What a document that died had wanted back, once; null where there is nothing. */
  String jobBack();

  /** The document is gone, in whatever way. */
  void gone();
}
