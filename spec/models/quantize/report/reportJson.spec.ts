import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseReport, reportJson } from '../../../../models/quantize/report/reportJson';
import { rejects } from '../../rejects';
import { EXAMPLE } from './exampleReport';

test('a report comes back from its JSON as it was, infinities and a prompt that reads Infinity included', () => {
  assert.equal(parseReport(reportJson(EXAMPLE)), EXAMPLE);
  const deaf = { ...EXAMPLE, layers: [{ name: 'x', bits: 8, sqnr: Number.NEGATIVE_INFINITY }] };
  assert.equal(parseReport(reportJson(deaf)), deaf);
  assert.not.ok(reportJson(EXAMPLE).includes('null'));
});

test('a NaN is refused by where it is, before anything is written', async () => {
  const layers = EXAMPLE.layers.map((layer, i) => (i === 3 ? { ...layer, sqnr: Number.NaN } : layer));
  await rejects(() => reportJson({ ...EXAMPLE, layers }), 'bad-argument', 'report.layers.3.sqnr', 'NaN');
});

test('text that is no JSON, and a report of another version, are refused', async () => {
  await rejects(() => parseReport(reportJson(EXAMPLE).slice(0, -40)), 'bad-argument', 'report', 'JSON');
  await rejects(
    () => parseReport(reportJson(EXAMPLE).replace('"version": 2', '"version": 3')),
    'bad-argument',
    'report.version',
    'got 3',
  );
  for (const text of ['[]', 'null', '3', '{}'])
    await rejects(() => parseReport(text), 'bad-argument', 'report.version', 'got nothing');
});

test.run();
