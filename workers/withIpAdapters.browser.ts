/** IP-Adapters in the browser: fetched when a picture asks for some. */
import { openImageEncoder } from '../models/ipAdapter/openImageEncoder';
import { openIpAdapter } from '../models/ipAdapter/openIpAdapter';
import type { ByteSource } from '../models/source';
import type { ChosenIpAdapter } from './api';
import type { KeptControl, KeptControls } from './controlShelf';
import type { SeeingAdapter } from './imagePrompting';
import { unknownName } from './unknownName';

type Named = Pick<ChosenIpAdapter, 'name' | 'encoder'>;

/**
 * Those of `kept` that `chosen` name, in their order, each with what sees for it. `proved`: to be drawn with, not only looked at. Rejects with
 * `bad-argument` for a name that nobody has, or none of an image encoder, `corrupt-store` for a damaged one, and as those who open them do.
 */
export async function seeingNamed(
  chosen: readonly Named[],
  kept: KeptControls,
  proved: boolean,
): Promise<SeeingAdapter[]> {
  const here = await kept.list();
  const find = async (argument: string, name: string | undefined, kind: keyof typeof NOUNS) => {
    const summary = here.find((one) => one.name === name && one.kind === kind);
    const source = summary && (await (proved ? kept.open(summary.name) : kept.look(summary.name)));
    if (source) return { source, summary };
    const names = here.filter((one) => one.kind === kind).map((one) => one.name);
    throw unknownName(argument, name ?? 'none', NOUNS[kind], names);
  };
  const encoders = new Map<string, ReturnType<typeof openImageEncoder>>();
  const opened = (source: ByteSource, { how }: KeptControl) => openImageEncoder(source, how);
  return Promise.all(
    chosen.map(async ({ name, encoder }) => {
      const adapter = await find('ipAdapters', name, 'ip-adapter');
      const eye = await find(`ipAdapters: ${name}: encoder`, encoder, 'image-encoder');
      // Of one object, so that all that see by it do so together.
      const seeing = encoders.get(eye.summary.id) ?? opened(eye.source, eye.summary);
      encoders.set(eye.summary.id, seeing);
      return { adapter: await openIpAdapter(adapter.source), encoder: await seeing };
    }),
  );
}

const NOUNS = { 'ip-adapter': 'an IP-Adapter', 'image-encoder': 'an image encoder' } as const;
