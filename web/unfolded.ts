/** Whether the shelf is unfolded: by itself where there is room, else by whoever wants to see it. */
import { signal } from '@preact/signals';

export const shelfOpen = signal(matchMedia('(min-width: 60rem)').matches);

/** Unfolds the shelf and brings it into view: something happens there. */
export function showShelf(): void {
  shelfOpen.value = true;
  // After the page has drawn it.
  requestAnimationFrame(() => document.getElementById('shelf')?.scrollIntoView({ block: 'nearest' }));
}
