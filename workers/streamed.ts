/**
 * A network whose weights are never in the heap all at once: each run opens its segments one after another, runs them and
 * closes them. The price is that the weights are read anew for every run, so all inputs of a step go through together.
 */
import type { SegmentedFile } from '../models/stage';
import { untilMessagesAreRead } from '../models/turn';
import type { Backend, OpenOptions, Stage } from './backend/backend';
import type { Tensors } from './tensor';

/** Each segment is opened as `how` says. Closing it closes the weights. Once `signal` is aborted a run rejects before its next segment. */
export function streamedStage(
  { name, segments, weights }: SegmentedFile,
  backend: Backend,
  signal: AbortSignal,
  how?: OpenOptions,
): Stage {
  const crossing = new Set(segments.flatMap(({ inputs }) => inputs));
  const results = segments.flatMap(({ outputs }) => outputs.filter((name) => !crossing.has(name)));
  const runEach = async (inputs: readonly Tensors[]): Promise<Tensors[]> => {
    const values = inputs.map((each) => new Map(Object.entries(each)));
    const pick = (from: (typeof values)[number], names: readonly string[]): Tensors =>
      Object.fromEntries(names.map((key) => [key, from.get(key)!]));
    for (const [index, { graph, inputs: taken, tensors }] of segments.entries()) {
      await untilMessagesAreRead();
      signal.throwIfAborted();
      await weights.prepare?.(tensors);
      const stage = await backend.open({ name, graph, weights }, signal, how);
      try {
        const needed = new Set([...results, ...segments.slice(index + 1).flatMap((later) => later.inputs)]);
        for (const each of values) {
          signal.throwIfAborted();
          const given = Object.entries(await stage.run(pick(each, taken)));
          if (index < segments.length - 1) for (const key of each.keys()) if (!needed.has(key)) each.delete(key);
          for (const [key, value] of given) each.set(key, value);
        }
      } finally {
        await stage.close();
      }
    }
    return values.map((each) => pick(each, results));
  };
  return {
    runEach,
    run: async (inputs) => (await runEach([inputs]))[0]!,
    close: async () => weights.close(),
  };
}
