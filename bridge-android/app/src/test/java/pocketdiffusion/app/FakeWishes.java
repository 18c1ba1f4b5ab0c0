package pocketdiffusion.app;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a page wants. */
final class FakeWishes implements PageWishes {
  final List<String> heard = new ArrayList<>();
  String job;

  @Override
  public void showModels() {
    heard.add("models");
  }

  @Override
  public void drawing() {
    heard.add("drawing");
  }

  @Override
  public void progress(int index, int of) {
    heard.add("progress " + index + " of " + of);
  }

  @Override
  public void idle() {
    heard.add("idle");
  }

  @Override
  public void keep(String job) {
    heard.add("keep " + job);
  }

  @Override
  public void saving(String url, String name) {
    heard.add("saving " + url + " as " + name);
  }

  @Override
  public String jobBack() {
    return job;
  }

  @Override
  public void gone() {
    heard.add("gone");
  }
}
