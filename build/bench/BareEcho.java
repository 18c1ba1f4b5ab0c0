import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * What the bridge's benchmark is held against: on the same virtual machine, the least that a WebSocket can be, which sends back what it gets
 * from a page that is trusted to say nothing else, and below that a plain socket. Prints both ports; ends with its standard input.
 */
public final class BareEcho {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private BareEcho() {}

  /** With one connection, until that ends. */
  private interface Talk {
    void with(DataInputStream in, OutputStream out) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    System.out.println(listen(BareEcho::webSocket) + " " + listen(BareEcho::plain));
    while (System.in.read() >= 0) {}
  }

  private static int listen(Talk talk) throws IOException {
    ServerSocket sockets = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                try (Socket socket = sockets.accept()) {
                  socket.setTcpNoDelay(true);
                  talk.with(new DataInputStream(socket.getInputStream()), socket.getOutputStream());
                } catch (Exception gone) {
                  // The next one, then.
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return sockets.getLocalPort();
  }

  private static void plain(DataInputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[1 << 20];
    for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) out.write(bytes, 0, count);
  }

  private static void webSocket(DataInputStream in, OutputStream out) throws Exception {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) head.append((char) in.readUnsignedByte());
    String key = head.toString().replaceFirst("(?is).*sec-websocket-key: *(\\S+).*", "$1");
    byte[] proof = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
    String accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
    out.write((accepted + Base64.getEncoder().encodeToString(proof) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    byte[] message = new byte[1 << 20];
    int reached = 10;
    while (true) {
      boolean isLast = in.readByte() < 0;
      int length = in.readByte() & 0x7f;
      if (length == 126) length = in.readUnsignedShort();
      else if (length == 127) length = (int) in.readLong();
      byte[] mask = new byte[4];
      in.readFully(mask);
      in.readFully(message, reached, length);
      for (int i = 0; i < length; i++) message[reached + i] ^= mask[i & 3];
      reached += length;
      if (!isLast) continue;
      ByteBuffer.wrap(message).put((byte) 0x82).put((byte) 127).putLong(reached - 10);
      out.write(message, 0, reached);
      reached = 10;
    }
  }
}
