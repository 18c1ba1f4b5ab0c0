/** Names a conversion, so that one that was made or begun before is found again. */
import type { Manifest } from '../models/manifest';
import { sha256 } from './store/chunks';

/** Goes up when the same source and manifest would be packed into other bytes: what was made before is not used, or gone on with. */
const PACKING = 1;

/** The same, 64 hexadecimal digits, for the same `source` (`fingerprint.ts`) packed as `manifest` says. */
export const conversionKey = (source: string, manifest: Manifest): Promise<string> =>
  sha256(new TextEncoder().encode(JSON.stringify([PACKING, source, manifest])));
