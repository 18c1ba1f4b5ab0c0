/** The picture's size: the model's own, other shapes of the same area, or any multiples of 8. */
import { useState } from 'preact/hooks';
import { type Shape, sizeChoices } from '../sizes';
import { modelSize, set, settings } from '../state';
import { words } from '../words';
import { Choice } from './Choice';
import { Forecast } from './Forecast';
import { NumberField } from './NumberField';

export function SizeField() {
  const said = words();
  const [free, setFree] = useState(false);
  const model = modelSize();
  const size = settings.value.size ?? model;
  const choices = sizeChoices(model);
  const chosen = choices.find(({ width, height }) => width === size.width && height === size.height);
  const other = free || !chosen;
  const choose = (shape: Shape | 'other'): void => {
    setFree(shape === 'other');
    const choice = choices.find((candidate) => candidate.shape === shape);
    if (!choice) return;
    const { width, height } = choice;
    set({ size: width === model.width && height === model.height ? null : { width, height } });
  };
  return (
    <>
      <Choice
        legend={said.size}
        name="size"
        value={other ? 'other' : chosen.shape}
        options={[
          ...choices.map(({ shape, width, height }) => ({
            value: shape,
            label: (
              <>
                {said.shapes[shape]} <small>{`${width} × ${height}`}</small>
              </>
            ),
          })),
          { value: 'other' as const, label: said.otherSize },
        ]}
        onChange={choose}
      />
      {other && (
        <div class="pair">
          <NumberField
            {...{ label: said.width, name: 'width', value: size.width, least: 64, most: 2048, step: 8 }}
            onChange={(width) => set({ size: { ...size, width } })}
          />
          <NumberField
            {...{ label: said.height, name: 'height', value: size.height, least: 64, most: 2048, step: 8 }}
            onChange={(height) => set({ size: { ...size, height } })}
          />
        </div>
      )}
      <Forecast />
    </>
  );
}
