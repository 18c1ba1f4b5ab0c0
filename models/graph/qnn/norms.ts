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
  // A picture of a single pixel has the shape of factor and summand, and QNN adds them wrongly in some networks: it lies
  // channels last meanwhile.
  const single = height * width === 1;
  const shape = single ? [batch, 1, 1, channels] : x.shape;
  const perChannel = (key: string): Numbers => {
    const own = single ? [1, 1, 1, channels] : [1, channels, 1, 1];
    return { kind: 'numbers', key: `${scope}.${key}`, shape: own, as: 'activation' };
  };
  const lying = draw.move('Reshape', [normed, { kind: 'integers', values: shape }], shape);
  const scaled = draw.step('Mul', `${scope}/scaled`, [lying, perChannel('weight')], shape);
  const out = draw.step('Add', `${scope}/out`, [scaled, perChannel('bias')], shape);
  return single ? draw.move('Reshape', [out, { kind: 'integers', values: x.shape }], x.shape) : out;
}

/** Over the last axis. QNN wants the factor in int16 beside u16; int8, which is usual, it rejects. */
export function layerNorm(draw: Drawing, scope: string, x: Value, epsilon: number): Value {
  const perChannel = (key: string, as: Numbers['as']): Numbers => {
    return { kind: 'numbers', key: `${scope}.${key}`, shape: [x.shape.at(-1)!], as };
  };
  const inputs = [x, perChannel('weight', 'int16'), perChannel('bias', 'int32')];
  return draw.step('LayerNormalization', `${scope}/out`, inputs, x.shape, { axis: -1, epsilon: { float: epsilon } });
}
