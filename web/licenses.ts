/** Licenses that were accepted on this device: asked once for each model and each license of it. */
import type { RemoteModel } from '../workers/api';
import { readKept, writeKept } from './kept';

const KEY = 'licenses';

const nameOf = ({ urls, license }: RemoteModel): string => `${urls[0]} ${license?.url}`;

const accepted = (): readonly string[] => (readKept(KEY) ?? '').split('\n').filter(Boolean);

export const needsAccepting = (model: RemoteModel): boolean =>
  model.license?.mustAccept === true && !accepted().includes(nameOf(model));

export const acceptLicense = (model: RemoteModel): void => writeKept(KEY, [...accepted(), nameOf(model)].join('\n'));
