/** All kinds of change, told apart by their parts. */
import type { LoraRole } from '../loraKeys';
import { difference } from './difference';
import { hadamard } from './hadamard';
import type { Kind } from './kind';
import { kronecker } from './kronecker';
import { lowRank } from './lowRank';

const KINDS: readonly Kind[] = [lowRank, hadamard, kronecker, difference];

/** The kind that a part of `role` belongs to; `undefined` of those that stand beside any kind. */
export const kindOf = (role: LoraRole): Kind | undefined => KINDS.find(({ roles }) => roles.includes(role));
