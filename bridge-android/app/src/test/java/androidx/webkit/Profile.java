package androidx.webkit;

import java.util.Set;

/** In the place of the library's interface of this name. */
public interface Profile {
  void setCrossOriginIsolatedAllowlist(Set<String> origins);
}
