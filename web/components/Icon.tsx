/** The few line drawings of the page, 24 × 24, in the color of the text beside them. */

const PATHS = {
  auto: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  dice: 'M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M8 8h.01M16 8h.01M12 12h.01M8 16h.01M16 16h.01',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  save: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14',
  share: 'M12 15V4M8 7.5 12 3.5l4 4M6 12v8h12v-8',
  reuse: 'M4 12a8 8 0 1 1 2.4 5.7M4 19v-4.5h4.5',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
  folder: 'M3 6.5h6l2 2.5h10v10H3z',
  file: 'M6.5 3.5H14l4.5 4.5v12.5h-12zM13.5 3.5v5h5',
  about: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5M12 8h.01',
  add: 'M12 5v14M5 12h14',
  edit: 'M5 19v-3.5L15.5 5 19 8.5 8.5 19zM13 7.5 16.5 11',
  copy: 'M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  pause: 'M9 5.5v13M15 5.5v13',
  play: 'M8 5.5 18 12 8 18.5z',
  close: 'M6 6l12 12M18 6 6 18',
  warn: 'M12 4 2.8 20h18.4zM12 10v4M12 17h.01',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" data-filled={name === 'auto' ? '' : undefined}>
    <path d={PATHS[name]} />
  </svg>
);

/** The mark: noise on the left that becomes a clear disc on the right. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="mark-clear" d="M17 5a11 11 0 0 1 0 22z" />
    <path
      class="mark-grain"
      d="M12 6h3v3h-3zM8 9h3v3H8zM12 12h3v3h-3zM5 14h3v3H5zM9 15h3v3H9zM12 18h3v3h-3zM7 20h3v3H7zM12 24h3v3h-3z"
    />
  </svg>
);
