/** The report's numbers as a JSON file and back. */
import { CodedError } from '../../errors';
import { parseJson } from '../../json';
import { shown } from '../../refuse';
import { numbersJson, withInfinities } from '../numbersJson';
import { REPORT_VERSION, type ReportData } from './reportData';

const refuse = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument, expected, got });

/** ±Infinity becomes `{"infinite": ±1}`. `bad-argument` names the first NaN by where it is, as `report.layers.3.sqnr`. */
export function reportJson(data: ReportData): string {
  refuseNaN('report', data);
  return `${numbersJson(data)}\n`;
}

/** What `reportJson` wrote. `bad-argument` where the text is no JSON, or a report of another version. */
export function parseReport(text: string): ReportData {
  const data = withInfinities(parseJson('report', text, refuse));
  const version = (data as Partial<ReportData> | null)?.version;
  if (version !== REPORT_VERSION) throw refuse('report.version', `${REPORT_VERSION}`, shown(version));
  return data as ReportData;
}

function refuseNaN(path: string, value: unknown): void {
  if (Number.isNaN(value)) throw refuse(path, 'a number', 'NaN');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) refuseNaN(`${path}.${key}`, inner);
}
