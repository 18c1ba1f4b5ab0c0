/** What the bridge's conversations are made of: frames of the page, and what the toy host must say to them. */
import { encodeFrame, type FrameTensor } from '../../workers/backend/bridge/frame';
import { DRAWS, TOY_PORTS, TOY_STATUS } from './toyHost';
import { type FrameMeaning, frameVector, tensorVector } from './vector';

/**
 * A frame, or the end of the connection by the host. Of what the host says, `milliseconds`, `thermal`, `expected` and
 * `got` may differ; a tensor of bytes is JSON, or text that is the same.
 */
export type Step =
  | ({ readonly from: 'page' | 'host' } & Partial<Pick<FrameMeaning, 'base64' | 'metadata'>>)
  | { readonly from: 'host'; readonly closes: true };

export interface Conversation {
  readonly sentence: string;
  /** Whether our page would say this, too: then it is put to the test as well as the host. */
  readonly wellBehaved: boolean;
  readonly steps: readonly Step[];
}

type Keys = Readonly<Record<string, string>>;
type Named = Readonly<Record<string, FrameTensor>>;
/** The keys stand beside the bytes for whoever reads the vectors; the tensors are in the bytes alone. */
export function say(from: 'page' | 'host', keys: Keys, tensors: Named = {}): Step {
  const { base64, metadata } = frameVector(encodeFrame(keys, tensors));
  return { from, base64, metadata };
}

const { floats, json } = tensorVector;
export const ask = (call: number, type: string, keys: Keys = {}, tensors: Named = {}): Step =>
  say('page', { type, protocol: '1', call: `${call}`, ...keys }, tensors);
export const answer = (call: number, keys: Keys = {}, tensors: Named = {}): Step =>
  say('host', { type: 'answer', protocol: '1', call: `${call}`, ...keys }, tensors);
export const error = (call: number | undefined, code: string, argument: string): Step => {
  const details = { code, argument, expected: 'something else', got: 'this' };
  return say('host', { type: 'error', protocol: '1', ...(call !== undefined && { call: `${call}` }), ...details });
};
export const closes: Step = { from: 'host', closes: true };

export const HELLO = [ask(1, 'hello', { protocols: '1' }), answer(1, {}, { status: json(TOY_STATUS) })];
export const STAGE = {
  session: '1',
  model: DRAWS,
  stage: 'unet',
  backend: 'native-cpu',
  batch: '1',
  width: '16',
  height: '16',
};
export const opens = (call: number): Step[] => [
  ask(call, 'open', STAGE),
  answer(call, { milliseconds: '1.5' }, { ports: json(TOY_PORTS) }),
];
export const inputs = { sample: floats([1, 2], [1, 2]), timestep: floats([1], [10]) };
export const states = floats([1, 3], [100, 200, 300]);
export const ran = { milliseconds: '1.5', thermal: 'none' };
/** The connection goes on. */
export const still = (call: number): Step[] => [ask(call, 'status'), answer(call, {}, { status: json(TOY_STATUS) })];

export const conversation = (sentence: string, ...steps: readonly Step[]): Conversation => ({
  sentence,
  wellBehaved: false,
  steps,
});
/** A question after the greeting that fails by itself: the connection goes on. */
export const refused = (sentence: string, question: Step, code: string, argument: string): Conversation =>
  conversation(sentence, ...HELLO, question, error(2, code, argument), ...still(3));
/** A question after the greeting that ends the connection. */
export const ending = (sentence: string, question: Step, code: string, argument: string): Conversation =>
  conversation(sentence, ...HELLO, question, error(2, code, argument), closes);
export const wellBehaved = (sentence: string, ...steps: readonly Step[]): Conversation => ({
  sentence,
  wellBehaved: true,
  steps,
});
