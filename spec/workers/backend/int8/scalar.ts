/**
 * The operations of the networks, one number at a time in float64: what the kernels are held against. Pictures are
 * `[B, C, H, W]`, tokens `[B, T, C]`, as the descriptions have them.
 */
import type { Layers, Value } from '../../../../models/graph/layers';
import { convolved, joinedShape, splitShape, withLast } from '../../../../models/graph/shapes';

export interface Numbers extends Value {
  readonly data: Float64Array;
}

/** Weights by their names. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Runs what is described to it; `inputs` by name. Outputs are put into `outputs`. */
export function scalarLayers(
  weights: Weights,
  inputs: ReadonlyMap<string, ArrayLike<number>>,
  outputs: Map<string, Float64Array>,
): Layers {
  const made = (shape: readonly number[], at: (index: number) => number): Numbers => ({
    ...{ name: '', shape },
    data: Float64Array.from({ length: count(shape) }, (_, i) => at(i)),
  });
  const numbers = (value: Value): Float64Array => (value as Numbers).data;
  const weight = (name: string): ArrayLike<number> => weights.get(name)!.data;
  const each = (x: Value, f: (value: number) => number): Numbers => made(x.shape, (i) => f(numbers(x)[i]!));
  const gelu = (x: number): number => (x * (1 + erf(x / Math.SQRT2))) / 2;
  return {
    input: (name, _type, shape) => made(shape, (i) => inputs.get(name)![i]!),
    output: (name, value) => void outputs.set(name, numbers(value)),
    embedding: (scope, ids, { width }) =>
      made(
        [...ids.shape, width],
        (i) => weight(`${scope}.weight`)[numbers(ids)[Math.floor(i / width)]! * width + (i % width)]!,
      ),
    addPositions(scope, x) {
      const each = count(x.shape.slice(1));
      return made(x.shape, (i) => numbers(x)[i]! + weight(`${scope}.weight`)[i % each]!);
    },
    timestepEmbedding(timestep, { width, flipSinToCos, freqShift }) {
      const half = width / 2;
      return made([1, width], (i) => {
        const angle = numbers(timestep)[0]! * Math.exp((-Math.log(10_000) * (i % half)) / (half - freqShift));
        return i < half === flipSinToCos ? Math.cos(angle) : Math.sin(angle);
      });
    },
    conv2d(scope, x, convolution) {
      const { channels, kernel, stride = 1, padding = 'same', bias: biased = true } = convolution;
      const [batch, inChannels, height, width] = x.shape as [number, number, number, number];
      const [outHeight, outWidth] = [convolved(height, convolution), convolved(width, convolution)];
      const before = padding === 'same' ? kernel >> 1 : 0;
      const w = weight(`${scope}.weight`);
      const bias = biased ? weight(`${scope}.bias`) : [];
      return made([batch, channels, outHeight, outWidth], (i) => {
        const ox = i % outWidth;
        const oy = Math.floor(i / outWidth) % outHeight;
        const n = Math.floor(i / outWidth / outHeight) % channels;
        const b = Math.floor(i / outWidth / outHeight / channels);
        let sum = bias[n] ?? 0;
        for (let c = 0; c < inChannels; c++) {
          for (let ky = 0; ky < kernel; ky++) {
            for (let kx = 0; kx < kernel; kx++) {
              const [y, xx] = [oy * stride + ky - before, ox * stride + kx - before];
              if (y < 0 || xx < 0 || y >= height || xx >= width) continue;
              sum +=
                numbers(x)[((b * inChannels + c) * height + y) * width + xx]! *
                w[((n * inChannels + c) * kernel + ky) * kernel + kx]!;
            }
          }
        }
        return sum;
      });
    },
    linear(scope, x, channels, { bias } = { bias: true }) {
      const inChannels = x.shape.at(-1)!;
      const w = weight(`${scope}.weight`);
      return made(withLast(x.shape, channels), (i) => {
        const [row, n] = [Math.floor(i / channels), i % channels];
        let sum = bias ? weight(`${scope}.bias`)[n]! : 0;
        for (let c = 0; c < inChannels; c++) sum += numbers(x)[row * inChannels + c]! * w[n * inChannels + c]!;
        return sum;
      });
    },
    groupNorm(scope, x, { groups, epsilon }) {
      const [batch, channels] = x.shape as [number, number];
      const pixels = count(x.shape.slice(2));
      const length = (channels / groups) * pixels;
      const normed = normalized(numbers(x), batch * groups, length, epsilon);
      return made(x.shape, (i) => {
        const c = Math.floor(i / pixels) % channels;
        return normed[i]! * weight(`${scope}.weight`)[c]! + weight(`${scope}.bias`)[c]!;
      });
    },
    layerNorm(scope, x, { epsilon }) {
      const channels = x.shape.at(-1)!;
      const normed = normalized(numbers(x), numbers(x).length / channels, channels, epsilon);
      return made(
        x.shape,
        (i) => normed[i]! * weight(`${scope}.weight`)[i % channels]! + weight(`${scope}.bias`)[i % channels]!,
      );
    },
    relu: (x) => each(x, (v) => Math.max(v, 0)),
    tanh: (x) => each(x, Math.tanh),
    silu: (x) => each(x, (v) => v / (1 + Math.exp(-v))),
    quickGelu: (x) => each(x, (v) => v / (1 + Math.exp(-1.702 * v))),
    gelu: (x) => each(x, gelu),
    geglu(x) {
      const half = x.shape.at(-1)! / 2;
      return made(withLast(x.shape, half), (i) => {
        const at = Math.floor(i / half) * 2 * half + (i % half);
        return numbers(x)[at]! * gelu(numbers(x)[at + half]!);
      });
    },
    attention(q, k, v, { heads, causal }) {
      const [, queries, channels] = q.shape as [number, number, number];
      const keys = k.shape[1]!;
      const width = channels / heads;
      const out = new Float64Array(count(q.shape));
      for (let row = 0; row < q.shape[0]! * queries; row++) {
        const [b, t] = [Math.floor(row / queries), row % queries];
        for (let h = 0; h < heads; h++) {
          const at = (of: Value, r: number, c: number): number => numbers(of)[r * channels + h * width + c]!;
          const seen = causal ? Math.min(t + 1, keys) : keys;
          const products = Array.from({ length: seen }, (_, s) => {
            let sum = 0;
            for (let c = 0; c < width; c++) sum += at(q, row, c) * at(k, b * keys + s, c);
            return sum / Math.sqrt(width);
          });
          const most = Math.max(...products);
          const shares = products.map((product) => Math.exp(product - most));
          const total = shares.reduce((a, c) => a + c, 0);
          for (let c = 0; c < width; c++) {
            let sum = 0;
            for (const [s, share] of shares.entries()) sum += share * at(v, b * keys + s, c);
            out[row * channels + h * width + c] = sum / total;
          }
        }
      }
      return { name: '', shape: q.shape, data: out } as Numbers;
    },
    splitTokens: (x, parts) => made(splitShape(x.shape, parts), (i) => numbers(x)[i]!),
    concatTokens(a, b) {
      const shape = joinedShape(a.shape, b.shape);
      const [own, all] = [count(a.shape.slice(1)), count(shape.slice(1))];
      return made(shape, (i) => {
        const [batch, at] = [Math.floor(i / all), i % all];
        return at < own ? numbers(a)[batch * own + at]! : numbers(b)[batch * (all - own) + at - own]!;
      });
    },
    halved(x) {
      const [, , height, width] = x.shape as [number, number, number, number];
      const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
      return made([...x.shape.slice(0, 2), rows, columns], (i) => {
        const [picture, at] = [Math.floor(i / (rows * columns)), i % (rows * columns)];
        const [y, x0] = [2 * Math.floor(at / columns), 2 * (at % columns)];
        let [sum, there] = [0, 0];
        for (const [dy, dx] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const) {
          if (y + dy >= height || x0 + dx >= width) continue;
          sum += numbers(x)[(picture * height + y + dy) * width + x0 + dx]!;
          there++;
        }
        return sum / there;
      });
    },
    matchTokens(x, { sources, destinations, merged }) {
      const [batch, tokens, channels] = x.shape as [number, number, number];
      const kept = sources.length - merged;
      const places = new Float64Array(batch * tokens);
      for (let b = 0; b < batch; b++) {
        const row = (token: number) =>
          numbers(x)
            .subarray((b * tokens + token) * channels)
            .subarray(0, channels);
        const dot = (p: Float64Array, q: Float64Array): number => p.reduce((sum, value, c) => sum + value * q[c]!, 0);
        const matches = sources.map((token, i) => {
          const likeness = destinations.map(
            (other) => dot(row(token), row(other)) / Math.sqrt(dot(row(other), row(other))),
          );
          const most = Math.max(...likeness);
          return { i, token, most: most / Math.sqrt(dot(row(token), row(token))), to: likeness.indexOf(most) };
        });
        const gone = new Set([...matches].sort((p, q) => q.most - p.most || p.i - q.i).slice(0, merged));
        let next = 0;
        for (const match of matches) places[b * tokens + match.token] = gone.has(match) ? kept + match.to : next++;
        for (const [j, token] of destinations.entries()) places[b * tokens + token] = kept + j;
      }
      return { name: '', shape: [batch, tokens], data: places };
    },
    mergeTokens(x, places, left) {
      const [batch, tokens, channels] = x.shape as [number, number, number];
      const sums = new Float64Array(batch * left * channels);
      const counts = new Float64Array(batch * left);
      for (const [at, place] of numbers(places).entries()) {
        const to = Math.floor(at / tokens) * left + place;
        counts[to]!++;
        for (let c = 0; c < channels; c++) sums[to * channels + c]! += numbers(x)[at * channels + c]!;
      }
      return made([batch, left, channels], (i) => sums[i]! / counts[Math.floor(i / channels)]!);
    },
    unmergeTokens(x, places) {
      const [, left, channels] = x.shape as [number, number, number];
      const tokens = places.shape[1]!;
      return made([...places.shape, channels], (i) => {
        const at = Math.floor(i / channels);
        return numbers(x)[(Math.floor(at / tokens) * left + numbers(places)[at]!) * channels + (i % channels)]!;
      });
    },
    add: (a, b) => made(a.shape, (i) => numbers(a)[i]! + numbers(b)[i]!),
    addToChannels(x, per) {
      const pixels = count(x.shape.slice(2));
      return made(x.shape, (i) => numbers(x)[i]! + numbers(per)[Math.floor(i / pixels) % x.shape[1]!]!);
    },
    scale: (x, factor, summand = 0) => each(x, (v) => v * factor + summand),
    scaleTokens: (x, factors) => made(x.shape, (i) => numbers(x)[i]! * numbers(factors)[Math.floor(i / x.shape[2]!)]!),
    scaleFirst(x, channels, factor) {
      const pixels = count(x.shape.slice(2));
      const scaled = (i: number): boolean => Math.floor(i / pixels) % x.shape[1]! < channels;
      return made(x.shape, (i) => numbers(x)[i]! * (scaled(i) ? factor : 1));
    },
    // By the definition of the transform, frequency by frequency, its real part.
    scaleLowest(x, factor) {
      const [, , height, width] = x.shape as [number, number, number, number];
      const pixels = height * width;
      const angle = (v: number, u: number, i: number, j: number): number => {
        const [dy, dx] = [Math.floor(i / width) - Math.floor(j / width), (i % width) - (j % width)];
        return 2 * Math.PI * ((v * dy) / height + (u * dx) / width);
      };
      const lowest = (side: number): number[] => (side > 1 ? [0, -1] : [0]);
      return made(x.shape, (at) => {
        const start = at - (at % pixels);
        let low = 0;
        for (const v of lowest(height))
          for (const u of lowest(width))
            for (let j = 0; j < pixels; j++) low += numbers(x)[start + j]! * Math.cos(angle(v, u, at % pixels, j));
        return numbers(x)[at]! + ((factor - 1) * low) / pixels;
      });
    },
    concatChannels(a, b) {
      const [ca, cb] = [count(a.shape.slice(1)), count(b.shape.slice(1))];
      return made([a.shape[0]!, a.shape[1]! + b.shape[1]!, ...a.shape.slice(2)], (i) => {
        const [picture, at] = [Math.floor(i / (ca + cb)), i % (ca + cb)];
        return at < ca ? numbers(a)[picture * ca + at]! : numbers(b)[picture * cb + at - ca]!;
      });
    },
    upsampleTo(x, height, width) {
      const [batch, channels, h, w] = x.shape as [number, number, number, number];
      return made([batch, channels, height, width], (i) => {
        const [xx, y, plane] = [i % width, Math.floor(i / width) % height, Math.floor(i / width / height)];
        return numbers(x)[(plane * h + Math.floor((y * h) / height)) * w + Math.floor((xx * w) / width)]!;
      });
    },
    toTokens(x) {
      const [batch, channels] = x.shape as [number, number];
      const pixels = count(x.shape.slice(2));
      return made([batch, pixels, channels], (i) => {
        const [c, p, b] = [i % channels, Math.floor(i / channels) % pixels, Math.floor(i / channels / pixels)];
        return numbers(x)[(b * channels + c) * pixels + p]!;
      });
    },
    toPicture(x, height, width) {
      const [batch, pixels, channels] = x.shape as [number, number, number];
      return made([batch, channels, height, width], (i) => {
        const [p, c, b] = [i % pixels, Math.floor(i / pixels) % channels, Math.floor(i / pixels / channels)];
        return numbers(x)[(b * pixels + p) * channels + c]!;
      });
    },
  };
}

/** Runs of `length` numbers, each with mean 0 and variance 1. */
function normalized(x: Float64Array, runs: number, length: number, epsilon: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let run = 0; run < runs; run++) {
    const part = x.subarray(run * length, (run + 1) * length);
    const mean = part.reduce((sum, value) => sum + value, 0) / length;
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    for (const [i, value] of part.entries()) out[run * length + i] = (value - mean) / Math.sqrt(variance + epsilon);
  }
  return out;
}

/** The error function by its Maclaurin series (Abramowitz and Stegun, 7.1.5), beyond 5 as good as ±1. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
