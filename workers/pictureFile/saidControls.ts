/** What a picture's file says of what steered it: everything but the pictures. */
import type { ChosenControl, ControlPreprocess } from '../api';

export type SaidControl = Omit<ChosenControl, 'image'>;

export interface SaidControls {
  readonly controls: readonly SaidControl[];
  readonly guess: boolean;
}

/** `all` is our own text, read; `strange` is what of it nobody understands, as `name: value`. Ranges are the engine's to check. */
export function checkedControls({ controls, controlGuess }: Readonly<Record<string, unknown>>): {
  readonly said?: SaidControls;
  readonly strange: readonly string[];
} {
  if (controls === undefined) return { strange: [] };
  if (!Array.isArray(controls) || !controls.every(isControl))
    return { strange: [`controls: ${JSON.stringify(controls)}`] };
  return { said: { controls, guess: controlGuess === true }, strange: [] };
}

function isControl(value: unknown): value is SaidControl {
  const one = (value ?? {}) as Readonly<Record<keyof SaidControl, unknown>>;
  const { name, imageName = '', hash = '', weight = 1, start = 0, end = 1, preprocess } = one;
  return (
    [name, imageName, hash].every((text) => typeof text === 'string') &&
    [weight, start, end].every(Number.isFinite) &&
    (preprocess === undefined || isPreprocess(preprocess))
  );
}

function isPreprocess(value: unknown): value is ControlPreprocess {
  const { type, low, high } = (value ?? {}) as Readonly<Record<'type' | 'low' | 'high', unknown>>;
  return type === 'invert' || type === 'color' || (type === 'canny' && [low, high].every(Number.isFinite));
}
