package androidx.webkit;

public class WebMessageCompat {
  public static final int TYPE_STRING = 0;
  public static final int TYPE_ARRAY_BUFFER = 1;

  public WebMessageCompat(byte[] data) {
    throw new UnsupportedOperationException();
  }

  public int getType() {
    throw new UnsupportedOperationException();
  }

  public byte[] getArrayBuffer() {
    throw new UnsupportedOperationException();
  }

  public String getData() {
    throw new UnsupportedOperationException();
  }

  public WebMessagePortCompat[] getPorts() {
    throw new UnsupportedOperationException();
  }
}
