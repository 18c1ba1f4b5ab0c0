/** Whether there is anything in a request that few ask for: what knows more of it is fetched then. */
import type { HiresRequest, InpaintRequest } from './api';

/** Whether anything of a second pass is said. */
export const asksHires = (request: HiresRequest): boolean => asks(request, /^hires/);

/** Whether anything of what is done with a mask, or beyond an edge, is said. */
export const asksInpaint = (request: InpaintRequest): boolean => asks(request, /^(mask[BC]|invertM|inpaintP|outpaint)/);

const asks = (request: object, fields: RegExp): boolean =>
  Object.entries(request).some(([field, value]) => fields.test(field) && value !== undefined);
