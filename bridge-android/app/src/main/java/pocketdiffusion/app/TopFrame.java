package pocketdiffusion.app;

/** The page's top frame, as far as it can be spoken to. Only used on the main thread. */
interface TopFrame {
  /** Both ends of a new channel. */
  Wire[] channel();

  /** Runs {@code script} in the top frame, whatever its origin. */
  void run(String script);

  /** To the top frame if it is of the app's exact origin, to nobody otherwise. */
  void post(String text, Wire carried);
}
