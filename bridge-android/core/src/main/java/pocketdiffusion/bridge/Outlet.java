package pocketdiffusion.bridge;

import java.nio.ByteBuffer;

/** The way to a page. Called from several threads, one at a time. */
public interface Outlet {
  /** Does nothing where the page is gone. */
  void send(ByteBuffer frame);

  /** Once what was sent has gone out. */
  void close();
}
