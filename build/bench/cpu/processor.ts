/** What processor this is, and which of the instructions it has that decide how fast networks are. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';

const TELLING = [
  ...['sse4_1', 'avx', 'avx2', 'fma', 'avx_vnni', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16'],
  ...['asimddp', 'i8mm', 'sve'],
];

export interface Processor {
  readonly name: string;
  readonly cores: number;
  readonly flags: readonly string[];
}

/** By /proc/cpuinfo where there is one. */
export async function processor(): Promise<Processor> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const has = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(' '));
  return {
    name: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    flags: TELLING.filter((flag) => has.has(flag)),
  };
}
