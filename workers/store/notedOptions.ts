/** What goes with an import, written down so that it is known again after its tab was killed. */
import type { Freeable, Handles, ImportOptions, NotedOptions, PickedFile } from '../api';

/** What a journal tells of how its work was begun. */
export type Again = Pick<Freeable, 'remote' | 'source' | 'options' | 'handles'>;

/** `undefined` where nothing was chosen. */
export function notedOptions({ loras, vae, predictionType, weights }: ImportOptions): NotedOptions | undefined {
  const noted: NotedOptions = {
    ...(loras?.length ? { loras: loras.map(({ file, weight }) => ({ name: file.path, weight })) } : {}),
    ...(vae ? { vae: vae.path } : {}),
    ...(predictionType ? { predictionType } : {}),
    ...(weights ? { weights } : {}),
  };
  return Object.keys(noted).length > 0 ? noted : undefined;
}

/** Every file that goes with it, under a name that tells them apart. */
export const optionFiles = ({ loras = [], vae }: ImportOptions): readonly (readonly [part: string, PickedFile])[] => [
  ...loras.map(({ file }, index) => [`lora ${index}`, file] as const),
  ...(vae ? [['vae', vae] as const] : []),
];

/** The options again, each file as `fileOf` its part. */
export function fromNoted(
  { loras, vae, ...rest }: NotedOptions,
  fileOf: (part: string, name: string) => PickedFile,
): ImportOptions {
  return {
    ...rest,
    ...(loras ? { loras: loras.map(({ name, weight }, i) => ({ file: fileOf(`lora ${i}`, name), weight })) } : {}),
    ...(vae === undefined ? {} : { vae: fileOf('vae', vae) }),
  };
}

/** `source` and its options for a journal. */
export function againOf(source: string, options: ImportOptions): Again {
  const noted = notedOptions(options);
  const handles = handlesOf(options);
  return { source, ...(noted ? { options: noted } : {}), ...(handles ? { handles } : {}) };
}

/** The same out of a journal. */
export const againIn = ({ remote, source, options, handles }: Again): Again => ({
  ...(remote ? { remote } : {}),
  ...(source === undefined ? {} : { source }),
  ...(options ? { options } : {}),
  ...(handles ? { handles } : {}),
});

/** All of them, or none: with one missing, somebody must pick files anyway. */
function handlesOf({ handle, loras = [], vae }: ImportOptions): Handles | undefined {
  const ofLoras = loras.flatMap(({ file }) => file.handle ?? []);
  if (!handle || ofLoras.length < loras.length || (vae && !vae.handle)) return undefined;
  return { source: handle, loras: ofLoras, ...(vae?.handle ? { vae: vae.handle } : {}) };
}

/** A source with what went into it, in one line for people. */
export const sourceText = (source: string, { loras = [], vae }: NotedOptions = {}): string =>
  [source, ...loras.map(({ name, weight }) => `${name} × ${weight}`), ...(vae ? [vae] : [])].join(' + ');
