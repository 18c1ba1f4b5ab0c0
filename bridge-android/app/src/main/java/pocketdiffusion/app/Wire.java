package pocketdiffusion.app;

/** One end of a message channel of texts. Only used on the main thread; does nothing once closed. */
interface Wire {
  /** Hears what the other end says; null where it was no text. */
  interface Listener {
    void heard(String text);
  }

  /** Once, before the other end is handed on. */
  void listen(Listener listener);

  void post(String text);

  /** Whether the other side can be handed a port of ours; where not, it brings its own. */
  default boolean carriesPorts() {
    return true;
  }

  /** {@code carried} goes to the other side and is of no use here any more. */
  void post(String text, Wire carried);

  void close();
}
