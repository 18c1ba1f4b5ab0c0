import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_OPTIONS, openOptions, setOptions, takeOptions, toImportOptions } from '../../web/openOptions';

const file = (path: string) => ({ path, file: new Blob([path]) });

test('the defaults ask for nothing', () => {
  assert.equal(toImportOptions(DEFAULT_OPTIONS), {});
});

test('what differs is asked for, LoRAs in their order with their weights, 0 and below 0 too', () => {
  const loras = [
    { file: file('a'), weight: 0 },
    { file: file('b'), weight: -0.5 },
  ];
  const options = { loras, vae: file('v'), predictionType: 'v_prediction', weights: 'int8' } as const;
  assert.equal(toImportOptions(options), {
    ...{ loras, vae: options.vae, predictionType: 'v_prediction', weights: 'int8' },
  });
});

test('options go with one model, and the next gets the defaults', () => {
  setOptions({ predictionType: 'epsilon' });
  assert.equal(takeOptions(), { predictionType: 'epsilon' });
  assert.equal([openOptions.value, takeOptions()], [DEFAULT_OPTIONS, {}]);
});

test.run();
