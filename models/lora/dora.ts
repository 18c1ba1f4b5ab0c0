/**
 * DoRA (Liu et al. 2024, arXiv 2402.09353, eq. 5): what a change makes of a weight, brought to lengths that are learned, of its rows
 * (outputs; PEFT, and LyCORIS by default) or of its columns (inputs; LyCORIS with `wd_on_output` off, and before 3.1).
 */
import { elementCount } from '../dtype';
import { badModel } from '../refuse';
import type { ScaledDelta } from './changes';
import type { Delta, PartsOf, Shape } from './kinds/kind';

/** Whose lengths a part of a change has. */
export interface Magnitude {
  readonly role: 'dora_scale' | 'magnitude';
  readonly of: 'outputs' | 'inputs';
  readonly target: Shape;
}

/**
 * What `shapes` say of it, for a weight of `target`; `undefined` where there is none. PEFT's, under its own name, are of outputs,
 * of convolutions with these in second place (`[1, outputs, 1, 1]`); in LyCORIS's that is where inputs are.
 */
export function magnitudeOf(
  { dora_scale, magnitude }: PartsOf<Shape>,
  target: Shape,
  named: (role: Magnitude['role']) => string,
): Magnitude | undefined {
  const shape = magnitude ?? dora_scale;
  if (!shape) return undefined;
  const role = magnitude ? 'magnitude' : 'dora_scale';
  const [rows, inputs] = target;
  const count = elementCount(shape);
  const second = shape[0] === 1 && shape.length > 1 ? shape[1] : undefined;
  const found = (of: Magnitude['of']): Magnitude => ({ role, of, target });
  if (shape[0] === rows && count === rows && !(role === 'dora_scale' && second === inputs)) return found('outputs');
  if (role === 'magnitude' && second === rows && count === rows) return found('outputs');
  if (role === 'dora_scale' && second === inputs && count === inputs) return found('inputs');
  throw badModel(
    named(role),
    `${rows} magnitudes of outputs${role === 'magnitude' ? '' : `, or ${inputs} of inputs`}`,
    `[${shape}]`,
  );
}

/**
 * `delta`, scaled, and then to `magnitude`; of the way there the part `weight`, as stable-diffusion-webui and ComfyUI do, so that 0 is
 * without it.
 */
export function scaledTo(
  { of, target, data }: Magnitude & { readonly data: Float32Array },
  delta: Delta,
  scale: number,
  weight: number,
): ScaledDelta {
  const inputs = target[1] ?? 1;
  const taps = elementCount(target.slice(2))!;
  const columns = inputs * taps;
  return {
    whole: of === 'inputs' || (delta.whole ?? false),
    add(sum, rows) {
      const changed = sum.slice();
      delta.add(changed, rows, scale);
      const lines = of === 'outputs' ? data.subarray(rows.begin, rows.end) : data;
      const lineOf = (i: number): number =>
        of === 'outputs' ? Math.floor(i / columns) : Math.floor((i % columns) / taps);
      const squares = new Float64Array(lines.length);
      for (let i = 0; i < changed.length; i++) squares[lineOf(i)]! += changed[i]! ** 2;
      const factors = lines.map((length, line) => (squares[line] === 0 ? 0 : length / Math.sqrt(squares[line]!)));
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + weight * (factors[lineOf(i)]! * changed[i]! - sum[i]!);
    },
  };
}
