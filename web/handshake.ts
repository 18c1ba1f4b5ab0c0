/**
 * Who speaks to this window. An app's `WebView.postWebMessage` comes from the browser itself: its event has neither a source nor
 * an origin (AwContents.postMessageToMainFrame hands on none; Chromium's PostMessageTest pins ""). Whatever a document posts has
 * the origin of its own, be it "null", also where it was gone before it was heard and left no source.
 */
export const controlPort = <Port>({ data, source, origin, ports: [port] }: Heard<Port>): Port | undefined =>
  data === 'pocket-diffusion' && source === null && origin === '' ? port : undefined;

/** Of a `MessageEvent`. */
interface Heard<Port> {
  readonly data: unknown;
  readonly source: unknown;
  readonly origin: string;
  readonly ports: readonly Port[];
}

/** What the app put into this document before its first script ran: it takes texts, and ports with them. */
export interface AppObject<Port> {
  postMessage(text: string, ports?: readonly Port[]): void;
  onmessage: ((heard: { readonly data: unknown }) => void) | null;
}

/**
 * Where the app's WebView carries bytes, it put one here, for documents of its origin alone: androidx.webkit's
 * `addWebMessageListener`.
 */
export function appObject<Port>({
  pocketDiffusion,
}: {
  readonly pocketDiffusion?: unknown;
}): AppObject<Port> | undefined {
  const found = pocketDiffusion as Partial<AppObject<Port>> | null | undefined;
  return typeof found?.postMessage === 'function' ? (found as AppObject<Port>) : undefined;
}
