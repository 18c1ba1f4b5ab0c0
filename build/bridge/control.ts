/** Texts of the bridge's vectors on the app's control port (PROTOCOL.md, section 1), and what they mean; those that mean nothing are ignored. */

export interface ControlVector {
  readonly sentence: string;
  readonly from: 'page' | 'host';
  readonly text: string;
  /** Absent: nobody heeds it. */
  readonly meaning?: Readonly<Record<string, string | number | null>>;
}

/** Of `job`, in bytes of UTF-8. */
export const LONGEST_JOB_BYTES = 65_536;

const said = (
  from: 'page' | 'host',
  sentence: string,
  text: string,
  meaning?: ControlVector['meaning'],
): ControlVector => ({
  ...{ sentence, from, text },
  ...(meaning && { meaning }),
});
const heard = (
  from: 'page' | 'host',
  sentence: string,
  meaning: NonNullable<ControlVector['meaning']>,
): ControlVector => said(from, sentence, JSON.stringify(meaning), meaning);

export const controlVectors = (): ControlVector[] => [
  said('page', 'a connection is asked for', 'connect', { type: 'connect' }),
  said('page', 'the host’s own list of models is asked for', 'models', { type: 'models' }),
  heard('page', 'a drawing begins', { type: 'drawing' }),
  heard('page', 'no step is done yet', { type: 'progress', index: 0, of: 20 }),
  heard('page', 'all steps are done', { type: 'progress', index: 1_000_000, of: 1_000_000 }),
  heard('page', 'a drawing has ended', { type: 'idle' }),
  heard('page', 'a job to be kept', { type: 'job', job: '{"prompt":"“苹果” 🍎","seed":0}' }),
  heard('page', 'no job any more', { type: 'job', job: null }),
  heard('page', 'the longest job', { type: 'job', job: 'é'.repeat(LONGEST_JOB_BYTES / 2) }),
  said('page', 'a longer job is none', JSON.stringify({ type: 'job', job: `x${'é'.repeat(LONGEST_JOB_BYTES / 2)}` }), {
    ...{ type: 'job', job: null },
  }),
  heard('page', 'the name of a file', { type: 'saving', url: 'blob:https://page/1', name: 'an apple.png' }),
  said('page', 'keys that nobody knows, and spaces', ' {"later": [1, {}], "type" : "drawing"}', { type: 'drawing' }),
  ...[
    ['nothing', ''],
    ['a word that nobody knows', 'sing'],
    ['a word in other letters', 'Connect'],
    ['a word and a space', 'connect '],
    ['the host’s own word', 'connected'],
    ['what the host says', '{"type":"cancel"}'],
    ['JSON that ends early', '{"type":"drawing"'],
    ['a type twice', '{"type":"drawing","type":"idle"}'],
    ['a list', '["drawing"]'],
    ['a type that nobody knows', '{"type":"sing"}'],
    ['no type', '{"index":1,"of":2}'],
    ['more steps than there are', '{"type":"progress","index":3,"of":2}'],
    ['steps of none', '{"type":"progress","index":0,"of":0}'],
    ['a step before the first', '{"type":"progress","index":-1,"of":2}'],
    ['half a step', '{"type":"progress","index":0.5,"of":2}'],
    ['a step in a string', '{"type":"progress","index":"1","of":2}'],
    ['too many steps', '{"type":"progress","index":1,"of":1000001}'],
    ['a job that is no text', '{"type":"job","job":{"prompt":"x"}}'],
    ['a job that is not there', '{"type":"job"}'],
    ['a name that is no text', '{"type":"saving","url":"blob:https://page/1","name":1}'],
    ['a name of nothing', '{"type":"saving","name":"apple.png"}'],
  ].map(([sentence, text]) => said('page', sentence!, text!)),
  said('host', 'a connection is there', 'connected', { type: 'connected' }),
  ...(['models', 'npu', 'thermal', 'a word of later'] as const).map((what) =>
    heard('host', `something is another: ${what}`, { type: 'changed', what }),
  ),
  heard('host', 'the person has canceled', { type: 'cancel' }),
  heard('host', 'a job is handed back', { type: 'job', job: '{"prompt":"“苹果” 🍎","seed":0}' }),
  said('host', 'a key more', '{"type":"cancel","why":"later"}', { type: 'cancel' }),
  ...[
    ['nothing at all', ''],
    ['a word of no meaning', 'sing'],
    ['a type of no meaning', '{"type":"sing"}'],
    ['no JSON', '{"type":'],
    ['null', 'null'],
    ['a handed-back job that is no text', '{"type":"job","job":null}'],
  ].map(([sentence, text]) => said('host', sentence!, text!)),
];
