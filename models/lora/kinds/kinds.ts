/** All kinds of change, told apart by their parts. */
import type { LoraRole } from '../loraKeys';
import { difference } from './difference';
import { generalized } from './generalized';
import { hadamard } from './hadamard';
import { inhibited } from './inhibited';
import type { Kind } from './kind';
import { kronecker } from './kronecker';
import { lowRank } from './lowRank';
import { orthogonal } from './orthogonal';

const KINDS: readonly Kind[] = [lowRank, hadamard, kronecker, difference, orthogonal, inhibited, generalized];

/** The kind that a part of `role` belongs to; `undefined` of those that stand beside any kind. */
export const kindOf = (role: LoraRole): Kind | undefined => KINDS.find(({ roles }) => roles.includes(role));
