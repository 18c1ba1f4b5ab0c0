package pocketdiffusion.bridge;

import java.util.List;

/** The models that a host has. May be asked from any thread at any time: models come and go while a host runs. */
public interface Shelf {
  /** As they are at the moment; the list does not change. */
  List<ModelFolder> folders();
}
