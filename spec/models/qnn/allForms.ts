/** How networks can be drawn for QNN: the usual way, then what differs from it in one point each. */
import type { QnnForms } from '../../../models/graph/qnn/qnnLayers';

export const USUAL: Required<QnnForms> = { linear: 'conv', heads: 'batched' };

export const ALL_FORMS: readonly Required<QnnForms>[] = [
  USUAL,
  { linear: 'matmul', heads: 'batched' },
  { linear: 'conv', heads: 'split' },
];

export const formsNamed = ({ linear, heads }: Required<QnnForms>): string =>
  `linear layers as ${linear}, heads ${heads}`;
