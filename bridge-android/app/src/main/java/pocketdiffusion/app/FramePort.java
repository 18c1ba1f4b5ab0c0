package pocketdiffusion.app;

import java.nio.ByteBuffer;

/** The way that a connection's frames take to the page and from it, in the form that its port carries. */
interface FramePort {
  /** Hears the page, on the main thread. */
  interface Listener {
    void frame(ByteBuffer frame);

    /** It said what can be no frame. */
    void nonsense(String what);
  }

  /** Once, on the main thread, before the page can say anything. */
  void listen(Listener listener);

  /** From any thread, in order; nothing once closed. */
  void post(ByteBuffer frame);

  /** From any thread, once what was posted has gone out. */
  void close();
}
