/** Which part of the device computes. */
import { backendsHere, reportOn } from '../backends';
import { set, settings, state, wish } from '../state';
import { words } from '../words';
import { Choice } from './Choice';
import { BackendReasons } from './Late';

export function BackendField() {
  const said = words();
  const { backend } = settings.value;
  const { host } = state.value;
  const asked = wish();
  const known = backendsHere(state.value).map((name) => ({ name, report: reportOn(name, state.value, asked) }));
  // A GPU is on offer once it has passed its test.
  const disabled = ({ name, report }: (typeof known)[number]): boolean =>
    report ? !report.available : name === 'webgpu';
  const chosen = known.find(({ name }) => name === backend);
  return (
    <div>
      <Choice
        legend={said.backend}
        name="backend"
        columns={host ? 3 : 2}
        value={chosen && chosen.report?.available !== false ? backend : 'auto'}
        options={[
          { value: 'auto', label: said.backends.auto },
          ...known.map((one) => ({
            value: one.name,
            label: said.backends[one.name],
            disabled: disabled(one) && one.name !== backend,
          })),
        ]}
        onChange={(value) => set({ backend: value })}
      />
      <BackendReasons />
    </div>
  );
}
