package androidx.webkit;

/** In the place of the library's class of this name: it hands out what it is, and as the library's nothing else. */
public class WebMessageCompat {
  public static final int TYPE_STRING = 0;
  public static final int TYPE_ARRAY_BUFFER = 1;

  private final Object data;
  private final WebMessagePortCompat[] ports;

  public WebMessageCompat(String data, WebMessagePortCompat[] ports) {
    this.data = data;
    this.ports = ports;
  }

  public WebMessageCompat(byte[] data) {
    this.data = data;
    this.ports = null;
  }

  public int getType() {
    return data instanceof byte[] ? TYPE_ARRAY_BUFFER : TYPE_STRING;
  }

  public byte[] getArrayBuffer() {
    if (getType() != TYPE_ARRAY_BUFFER) throw new IllegalStateException("Wrong data accessor type detected.");
    return (byte[]) data;
  }

  public String getData() {
    if (getType() != TYPE_STRING) throw new IllegalStateException("Wrong data accessor type detected.");
    return (String) data;
  }

  public WebMessagePortCompat[] getPorts() {
    return ports;
  }
}
