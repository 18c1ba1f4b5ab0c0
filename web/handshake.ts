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

/** The way to the app, for texts: a port that it handed over, or an object that it put here. */
export interface Control {
  postMessage(text: string, ports?: readonly MessagePort[]): void;
  onmessage: ((heard: { readonly data: unknown; readonly ports?: readonly MessagePort[] }) => void) | null;
}

/**
 * What the app put into this document before its first script ran, where its WebView carries bytes: androidx.webkit's
 * `addWebMessageListener`, for documents of the app's origin alone.
 */
export const controlObject = ({ pocketDiffusion }: { readonly pocketDiffusion?: unknown }): Control | undefined =>
  typeof (pocketDiffusion as Partial<Control> | undefined)?.postMessage === 'function'
    ? (pocketDiffusion as Control)
    : undefined;
