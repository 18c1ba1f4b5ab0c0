import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conversionProgress, progressLine } from '../../models/progressLine.node';

/** A stream that remembers, and a clock that goes when it is told to. */
function recorder(isTTY: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  return { written, clock, now: () => clock.now, stream: { isTTY, write: (text: string) => written.push(text) } };
}

test('on a terminal one line is rewritten, and cleared at the end', () => {
  const { written, stream, now } = recorder(true);
  const line = progressLine(stream, now);
  line.show('opening …');
  line.show('step 5 of 20', 0.25, 60_000);
  line.end();
  line.end();
  const half = `[${'█'.repeat(6)}${'·'.repeat(18)}]`;
  assert.equal(written, ['\r\x1b[2Kopening …', `\r\x1b[2K${half} step 5 of 20, 60 s left`, '\r\x1b[2K']);
});

test('elsewhere a plain line every ten seconds, without control characters; none for what is quick', () => {
  const { written, stream, clock, now } = recorder(false);
  const line = progressLine(stream, now);
  for (clock.now = 0; clock.now < 25_000; clock.now += 100) {
    line.show(`step ${clock.now / 100} of 300`, clock.now / 30_000, 95_000);
  }
  line.end();
  assert.equal(written, ['step 100 of 300, 2 min left\n', 'step 200 of 300, 2 min left\n']);
});

test('a conversion tells what it is at, how far, and the time left at this pace', () => {
  const { written, stream, clock, now } = recorder(false);
  const progress = conversionProgress(stream, now);
  clock.now = 12_000;
  progress.show('text_encoder', 400e6, 2000e6);
  assert.equal(written, ['converting text encoder, 400 of 2000 MB, 48 s left\n']);
});

test.run();
