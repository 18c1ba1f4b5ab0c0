package pocketdiffusion.host;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client of the server's that says exactly what a test wants, be it wrong. */
final class Client implements AutoCloseable {
  static final String ORIGIN = "http://localhost:8080";
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  private static final byte[] MASK = {0x12, (byte) 0xfe, 0x34, (byte) 0x80};

  final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private Client(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
  }

  static Client to(int port) throws IOException {
    return new Client(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Let in. */
  static Client in(int port, Token token) throws IOException {
    Client client = to(port);
    client.say(request(port, token));
    String head = client.head();
    if (!head.startsWith("HTTP/1.1 101 ")) throw new IOException(head);
    return client;
  }

  static String request(int port, Token token) {
    return "GET / HTTP/1.1\r\n"
        + ("Host: 127.0.0.1:" + port + "\r\n")
        + "Connection: keep-alive, Upgrade\r\n"
        + "Upgrade: websocket\r\n"
        + ("Origin: " + ORIGIN + "\r\n")
        + "Sec-WebSocket-Version: 13\r\n"
        // RFC 6455, section 1.3.
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + ("Sec-WebSocket-Protocol: pocket-diffusion, token." + token.digits + "\r\n")
        + "\r\n";
  }

  void say(String text) throws IOException {
    say(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void say(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /** What is answered in HTTP, up to its empty line; what came before the end where there is none. */
  String head() throws IOException {
    StringBuilder head = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      head.append((char) next);
      if (head.indexOf("\r\n\r\n") >= 0) break;
    }
    return head.toString();
  }

  /** The next frame: its first byte and its payload; null at the end. */
  byte[] hear() throws IOException {
    int first = in.read();
    if (first < 0) return null;
    int second = in.readUnsignedByte();
    long length = second == 127 ? in.readLong() : second == 126 ? in.readUnsignedShort() : second;
    byte[] frame = new byte[1 + (int) length];
    frame[0] = (byte) first;
    in.readFully(frame, 1, (int) length);
    return frame;
  }

  /** The code with which the server closes, after whatever else it says; 0 where it only ends. */
  int closed() throws IOException {
    for (byte[] frame = hear(); frame != null; frame = hear()) {
      if ((frame[0] & 0x0f) == CLOSE) return frame.length < 3 ? 1005 : ByteBuffer.wrap(frame).getShort(1) & 0xffff;
    }
    return 0;
  }

  /** A masked frame; {@code first}: FIN, RSV and opcode. */
  static byte[] frame(int first, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
    if (payload.length < 126) frame.put((byte) (0x80 | payload.length));
    else if (payload.length < 65_536) frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    else frame.put((byte) (0x80 | 127)).putLong(payload.length);
    frame.put(MASK);
    for (int i = 0; i < payload.length; i++) frame.put((byte) (payload[i] ^ MASK[i % 4]));
    return Arrays.copyOf(frame.array(), frame.position());
  }

  static byte[] whole(int opcode, byte[] payload) {
    return frame(0x80 | opcode, payload);
  }

  /** The bridge's, without tensors. */
  static byte[] question(String metadata) {
    byte[] header = ("{\"__metadata__\":{\"protocol\":\"1\"," + metadata + "}}").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(new byte[] {(byte) header.length, (byte) (header.length >> 8)}, 8 + header.length);
    System.arraycopy(header, 0, bytes, 8, header.length);
    return bytes;
  }

  static byte[] hello() {
    return question("\"type\":\"hello\",\"call\":\"1\",\"protocols\":\"1\"");
  }

  static byte[] status(int call) {
    return question("\"type\":\"status\",\"call\":\"" + call + "\"");
  }

  static String text(byte[] frame) {
    return frame == null ? "nothing" : new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
