/** From what was found in each picture to what the report says of all. */
import type { Domain } from '../../calibration/calibrationPrompts';
import { psnrOf } from '../quality/psnr';
import { type RunningStatistics, statistics } from '../quality/runningStatistics';
import { addEnergies, type Energies, NO_ENERGIES, sqnr } from '../quality/sqnr';
import type { ConditioningQuality, PictureQuality, Range, ReportData } from '../report/reportData';
import type { CallRecord, PictureRecord } from './pictureRecord';

export type Quality = Pick<ReportData, 'noise' | 'timesteps' | 'domains' | 'pictures' | 'conditioning'>;

/** What was not measured is absent: conditioning where no prompt made a difference, all of it where there are no records. */
export function qualityOf(records: readonly PictureRecord[]): Quality {
  const calls = records.flatMap((record) => record.calls);
  const pictures = records.map(pictureQuality);
  if (calls.length === 0) return { pictures };
  const conditional = sum(calls.map((call) => call.conditional));
  const unconditional = sum(calls.map((call) => call.unconditional));
  const noise = {
    samples: 2 * calls.length,
    sqnr: sqnr(addEnergies(conditional, unconditional)),
    conditional: sqnr(conditional),
    unconditional: sqnr(unconditional),
    guided: sqnr(sum(calls.map((call) => call.guided))),
  };
  const timesteps = [...grouped(calls, ({ timestep }) => timestep)].map(([timestep, some]) => {
    return { timestep, sqnr: sqnr(sum(some.map(both))) };
  });
  const domains = [...grouped(records, ({ domain }) => domain)].map(([domain, some]) => domainQuality(domain, some));
  const conditioning = conditioningOf(calls);
  return { noise, timesteps, domains, pictures, ...(conditioning ? { conditioning } : {}) };
}

const sum = (some: readonly Energies[]): Energies => some.reduce(addEnergies, NO_ENERGIES);
const both = ({ conditional, unconditional }: CallRecord): Energies => addEnergies(conditional, unconditional);

function pictureQuality({ prompt, domain, seed, latents, meanSquaredError, ssim }: PictureRecord): PictureQuality {
  return { prompt, domain, seed, latentSqnr: sqnr(latents), psnr: psnrOf(meanSquaredError), ssim };
}

function domainQuality(domain: Domain, records: readonly PictureRecord[]) {
  const calls = records.flatMap((record) => record.calls);
  return { domain, samples: 2 * calls.length, sqnr: sqnr(sum(calls.map(both))) };
}

function conditioningOf(calls: readonly CallRecord[]): ConditioningQuality | undefined {
  const kept = calls.flatMap((call) => call.kept ?? []);
  if (kept.length === 0) return undefined;
  const ratio = statistics(kept.map((one) => one.ratio));
  const cosine = statistics(kept.map((one) => one.cosine));
  return { samples: kept.length, ratio: rangeOf(ratio), cosine: rangeOf(cosine) };
}

const rangeOf = ({ min, mean, max }: RunningStatistics): Range => ({ min, mean, max });

function grouped<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
