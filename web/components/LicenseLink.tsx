/** A license by name, with its text one tap away. */
import type { License } from '../../workers/api';
import { lateWords } from '../words';

export const LicenseLink = ({ license: { name, url } }: { readonly license: License }) => (
  <a href={url} target="_blank" rel="noopener noreferrer" title={lateWords().newTab} data-testid="license-link">
    {name}
  </a>
);
