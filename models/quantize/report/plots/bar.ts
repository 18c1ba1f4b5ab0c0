/** One bar of a list, as wide as the cell that it stands in; the number stands beside it, as text. */
import { html, type Markup } from '../markup';

/** `share` of the full length, 0 … 1. */
export const bar = (share: number): Markup =>
  html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="10"/><rect width="${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}" height="10"/></svg>`;
