/** Names in the original code of T2I-adapters (github.com/TencentARC/T2I-Adapter, adapter.py). */

/** Of a tensor of a full one, whose blocks are counted through, under its published name; `blocks` on each level. */
export function originalAdapterName(key: string, blocks: number): string {
  const own = key.replace(/^adapter\./, '');
  const found = /^body\.(\d+)\.(?:resnets\.(\d+)\.)?(.*)$/s.exec(own);
  if (!found) return own;
  return `body.${Number(found[1]) * blocks + Number(found[2] ?? 0)}.${found[3]}`;
}

/** Of a light one. */
export const originalLightName = (key: string): string =>
  key.replace(/^adapter\./, '').replace(/^(body\.\d+)\.resnets\./, '$1.body.');
