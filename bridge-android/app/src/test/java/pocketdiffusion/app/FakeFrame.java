package pocketdiffusion.app;

import java.util.ArrayList;
import java.util.List;

/** A page's top frame, whose ports are here: what is posted on one end is heard on the other, at once. */
final class FakeFrame implements TopFrame {
  /** One end. */
  static final class End implements Wire {
    final List<String> heard = new ArrayList<>();
    Wire carried;
    boolean closed = false;
    private End other;
    private Listener listener = heard::add;

    @Override
    public void listen(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void post(String text) {
      if (!closed && !other.closed) other.listener.heard(text);
    }

    @Override
    public void post(String text, Wire carried) {
      other.carried = carried;
      post(text);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** What the top frame heard, and the port that came with the last of it. */
  final List<String> heard = new ArrayList<>();
  End port;

  /** What was run in it. */
  final List<String> scripts = new ArrayList<>();

  @Override
  public void run(String script) {
    scripts.add(script);
  }

  @Override
  public Wire[] channel() {
    End[] ends = {new End(), new End()};
    ends[0].other = ends[1];
    ends[1].other = ends[0];
    return ends;
  }

  @Override
  public void post(String text, Wire carried) {
    heard.add(text);
    port = (End) carried;
  }
}
