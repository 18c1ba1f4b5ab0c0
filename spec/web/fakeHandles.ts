/** Handles as the browser gives them, over names alone. */
import type { Handle } from '../../web/handles';

/** What was asked of the person. */
export const asked: string[] = [];

const named = (name: string, answer = 'granted') => ({
  name,
  requestPermission: async ({ mode }: { mode: string }) => {
    asked.push(`${mode} ${name}`);
    return answer;
  },
});
export const file = (name: string, answer?: string): Handle => ({
  ...{ ...named(name, answer), kind: 'file' },
  getFile: async () => new File([name], name),
});
const folder = (name: string, children: readonly Handle[]): Handle => ({
  ...{ ...named(name), kind: 'directory' },
  async *values() {
    yield* children;
  },
});

export const painted = folder('painted', [file('model_index.json'), folder('unet', [file('config.json')])]);
