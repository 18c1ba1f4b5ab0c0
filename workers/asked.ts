/** Whether there is anything in a request that few ask for: what knows more of it is fetched then. */
import type { HiresRequest } from './api';

/** Whether anything of a second pass is said. */
export const asksHires = (request: HiresRequest): boolean =>
  Object.entries(request).some(([field, value]) => field.startsWith('hires') && value !== undefined);
