/** What an app says on its control port beside `connected`, read (`bridge-android/PROTOCOL.md`, "The control port"). */
export type AppText =
  /** Ask again what there is and what computes, whatever it is that changed. */
  | { readonly type: 'changed' }
  | { readonly type: 'cancel' }
  /** What an earlier document had it keep. */
  | { readonly type: 'job'; readonly job: string };

/** `undefined` where it is none of these: that is ignored in silence. */
export function appText(text: unknown): AppText | undefined {
  const { type, job } = parsed(text);
  if (type === 'changed' || type === 'cancel') return { type };
  return type === 'job' && typeof job === 'string' ? { type, job } : undefined;
}

function parsed(text: unknown): { readonly type?: unknown; readonly job?: unknown } {
  try {
    return Object(typeof text === 'string' ? JSON.parse(text) : undefined);
  } catch {
    return {};
  }
}
