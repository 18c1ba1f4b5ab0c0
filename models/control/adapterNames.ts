/** Names in the original code of T2I-adapters (github.com/TencentARC/T2I-Adapter, adapter.py), where blocks are counted through. */

/** Of a tensor under its published name; `blocks` on each level. */
export function originalAdapterName(key: string, blocks: number): string {
  const own = key.replace(/^adapter\./, '');
  const found = /^body\.(\d+)\.(?:resnets\.(\d+)\.)?(.*)$/s.exec(own);
  if (!found) return own;
  return `body.${Number(found[1]) * blocks + Number(found[2] ?? 0)}.${found[3]}`;
}
