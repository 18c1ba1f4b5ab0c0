/** What the page tells the app on its control port beside `connect` (`bridge-android/PROTOCOL.md`, "The control port"). */
export type Said =
  | 'models'
  | { readonly type: 'drawing' | 'idle' }
  | { readonly type: 'progress'; readonly index: number; readonly of: number }
  | { readonly type: 'job'; readonly job: string | null }
  | { readonly type: 'saving'; readonly url: string; readonly name: string };

export const textToApp = (said: Said): string => (typeof said === 'string' ? said : JSON.stringify(said));
