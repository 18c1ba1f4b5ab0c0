/** A button that is a drawing; its label is there for ears, and for whoever waits above it. */
import type { JSX } from 'preact';
import { Icon, type IconName } from './Icon';

interface Props extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'label'> {
  readonly icon: IconName;
  readonly label: string;
  readonly testid: string;
}

export const IconButton = ({ icon, label, testid, ...more }: Props) => (
  <button type="button" class="quiet square" data-testid={testid} aria-label={label} title={label} {...more}>
    <Icon name={icon} />
  </button>
);
