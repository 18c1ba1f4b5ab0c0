/** The two normalizations in forms that QNN takes in 16 bits. */
import { pictureShape, type Value } from '../layers';
import type { Drawing, Numbers } from './drawing';

/**
 * QNN has no quantized GroupNormalization: each group is normalized as one long channel by InstanceNormalization, then
 * its channels have their own factor and summand.
 */
export function groupNorm(
  draw: Drawing,
  scope: string,
  x: Value,
  { groups, epsilon }: { readonly groups: number; readonly epsilon: number },
): Value {
  const [batch, channels, height, width] = pictureShape(x);
  const grouped = [batch, groups, channels / groups, height * width];
  const long = draw.move('Reshape', [x, { kind: 'integers', values: grouped }], grouped);
  const same = (key: string, value: number, as: Numbers['as']): Numbers => {
    const values = (): Float32Array => new Float32Array(groups).fill(value);
    return { kind: 'numbers', key: `${key}[${groups}]`, values, shape: [groups], as };
  };
  const normed = draw.step(
    'InstanceNormalization',
    `${scope}/normed`,
    [long, same('ones', 1, 'activation'), same('zeros', 0, 'int32')],
    grouped,
    { epsilon: { float: epsilon } },
  );
  const picture = draw.move('Reshape', [normed, { kind: 'integers', values: x.shape }], x.shape);
  const perChannel = (key: string): Numbers => {
    return { kind: 'numbers', key: `${scope}.${key}`, shape: [1, channels, 1, 1], as: 'activation' };
  };
  const scaled = draw.step('Mul', `${scope}/scaled`, [picture, perChannel('weight')], x.shape);
  return draw.step('Add', `${scope}/out`, [scaled, perChannel('bias')], x.shape);
}

/** Over the last axis. QNN wants the factor in int16 beside u16; int8, which is usual, it rejects. */
export function layerNorm(draw: Drawing, scope: string, x: Value, epsilon: number): Value {
  const perChannel = (key: string, as: Numbers['as']): Numbers => {
    return { kind: 'numbers', key: `${scope}.${key}`, shape: [x.shape.at(-1)!], as };
  };
  const inputs = [x, perChannel('weight', 'int16'), perChannel('bias', 'int32')];
  return draw.step('LayerNormalization', `${scope}/out`, inputs, x.shape, { axis: -1, epsilon: { float: epsilon } });
}
