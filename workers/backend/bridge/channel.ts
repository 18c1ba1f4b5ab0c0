/** What the protocol of `bridge-android/PROTOCOL.md` runs over: whole binary messages, in order, both ways. */

export interface ChannelListener {
  /** A message; anything but an `ArrayBuffer` is the other side's fault. */
  message(data: unknown): void;
  /** The other side is gone, or cannot be reached any more. Nothing follows. */
  closed(): void;
}

export interface Channel {
  /** Where the channel is closed already, nothing happens. */
  send(frame: ArrayBuffer): void;
  /** Called once, before the first `send`. What came in before is not lost. */
  listen(listener: ChannelListener): void;
  close(): void;
}
