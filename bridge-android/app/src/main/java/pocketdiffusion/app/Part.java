package pocketdiffusion.app;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file, as {@code ?o=OFFSET&n=BYTES} asks for it. Not {@code Range}: a WebView applies that by skipping in the
 * stream it was given, and takes the length from an int.
 */
final class Part {
  static final long MOST = 64 << 20;
  private static final Pattern QUERY = Pattern.compile("o=(0|[1-9][0-9]{0,14})&n=([1-9][0-9]{0,8})");

  final long offset;
  final long bytes;

  private Part(long offset, long bytes) {
    this.offset = offset;
    this.bytes = bytes;
  }

  /** Null where the query asks for no part that there can be: 1 byte to 64 MiB. */
  static Part of(String query) {
    Matcher found = QUERY.matcher(query);
    if (!found.matches()) return null;
    Part part = new Part(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)));
    return part.bytes > MOST ? null : part;
  }

  /** This part of {@code whole}, or what there is of it; {@code EOFException} where it begins at its end or later. */
  InputStream of(InputStream whole) throws IOException {
    skip(whole, offset);
    int first = whole.read();
    if (first < 0) throw new EOFException();
    return new Limited(whole, first, bytes);
  }

  private static void skip(InputStream in, long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      long skipped = in.skip(left);
      if (skipped <= 0) {
        // A stream may skip nothing without being at its end.
        if (in.read() < 0) throw new EOFException();
        skipped = 1;
      }
      left -= skipped;
    }
  }

  /** {@code first}, which was read already, then what follows, {@code left} bytes in all. */
  private static final class Limited extends FilterInputStream {
    private int first;
    private long left;

    Limited(InputStream in, int first, long left) {
      super(in);
      this.first = first;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) return -1;
      int read = first >= 0 ? first : in.read();
      first = -1;
      if (read >= 0) left--;
      return read;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (length == 0) return 0;
      if (first >= 0) {
        into[from] = (byte) read();
        return 1;
      }
      if (left == 0) return -1;
      int read = in.read(into, from, (int) Math.min(length, left));
      if (read > 0) left -= read;
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      if (bytes <= 0) return 0;
      return read() < 0 ? 0 : 1;
    }

    @Override
    public int available() throws IOException {
      return (int) Math.min(left, (first >= 0 ? 1 : 0) + (long) in.available());
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
