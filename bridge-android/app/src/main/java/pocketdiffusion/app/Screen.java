package pocketdiffusion.app;

/** What is shown of the app, as long as it is. On the main thread. */
interface Screen {
  /** A drawing begins. */
  void drawingBegins();

  /** To the page, on its control port: a text as {@code ControlMessage} writes it. */
  void say(String text);

  /** Short words to the person, of the resources. */
  void tell(int text);
}
