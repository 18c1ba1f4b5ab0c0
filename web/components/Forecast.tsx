/** Whether this size will fit into memory, told before it is drawn; and the largest that does. */
import { set, settings, state } from '../state';
import { sizeText, words } from '../words';
import { Icon } from './Icon';

export function Forecast() {
  const said = words();
  const { forecast } = state.value;
  if (!forecast) return null;
  const { peakBytes, availableBytes, fits, streamed, tiled, largest } = forecast;
  return (
    <div class={fits ? 'forecast' : 'forecast notice'} role="status" data-testid="forecast" data-fits={fits}>
      {!fits && <Icon name="warn" />}
      <div>
        <p class="hint">
          {said.forecast(sizeText(peakBytes), sizeText(availableBytes))}
          {fits && streamed && settings.value.memory === 'auto' && ` ${said.forecastStreamed}`}
          {fits && tiled && ` ${said.forecastTiled}`}
          {!fits && !largest && ` ${said.forecastNone}`}
        </p>
        {!fits && largest && (
          <button type="button" data-testid="use-largest" onClick={() => set({ size: largest })}>
            {said.forecastSize(largest.width, largest.height)}
          </button>
        )}
      </div>
    </div>
  );
}
