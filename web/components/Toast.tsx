/** Where what was just done is said. */
import { state } from '../state';
import { ToastBody } from './Late';

/** The region is always there: screen readers speak what comes into it. */
export function Toast() {
  const { toast } = state.value;
  return (
    <div class="toasts" role="status" data-testid="toasts">
      {toast && <ToastBody toast={toast} key={JSON.stringify(toast)} />}
    </div>
  );
}
