package androidx.webkit;

import java.util.Set;

public interface Profile {
  default void setCrossOriginIsolatedAllowlist(Set<String> origins) {
    throw new UnsupportedOperationException();
  }
}
