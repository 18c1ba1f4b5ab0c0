/** What a value of the network's description is here: rows in memory, or what is still to be done to rows. */
import type { Value } from '../../../models/graph/layers';
import type { Instruction, Region } from './instruction';

/** Float32 rows of `channels` numbers, one after another: pixels of a picture with its channels last, or tokens. */
export interface Rows {
  readonly region: Region;
  readonly rows: number;
  readonly channels: number;
}

/** Rows, or two kinds of rows side by side. */
export interface Source {
  readonly a: Rows;
  readonly b?: Rows;
}

/** What happens to a row on its way to whoever reads it (`R_TRANSFORM` of kernels/layout.ts). */
export interface Change {
  readonly transform: number;
  /** What it is done with. */
  readonly affine?: Region;
  readonly epsilon?: number;
}

export interface EngineValue extends Value {
  readonly source: Source;
  readonly change?: Change;
  /** The picture is to be seen enlarged to the value's own height and width; rows are those of this one. */
  readonly small?: { readonly height: number; readonly width: number };
  /** The product that made it, while only one reader waits for it: a sum may still become part of that. */
  readonly open?: Instruction;
  /** The gated product that made it, while only one reader waits for it: it may still leave its rows as integers. */
  readonly gated?: Instruction;
}

/** What made `rows`, as errors name it. */
export const makerOf = ({ region }: Rows): string => region.name.replace(/ #\d+$/, '');

/** The layer that this is a part of: `…attn1` of what `…attn1.to_q` made. */
export const layerOf = (rows: Rows): string => makerOf(rows).replace(/\.[^.]*$/, '');

/** Channels of a source. */
export const channelsOf = ({ a, b }: Source): number => a.channels + (b?.channels ?? 0);
