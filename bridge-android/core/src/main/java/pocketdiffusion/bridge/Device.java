package pocketdiffusion.bridge;

/** What a host runs on. May be asked from any thread at any time. */
public interface Device {
  /** The chip's name, such as SM8550; null where there is none to name. */
  String soc();

  /** A word of the protocol, {@code unknown} where nobody can say. */
  String thermal();

  /** Of memory; 0 where nobody can say. */
  long totalBytes();

  long availableBytes();
}
