import { type Choices, type Placement, placements } from '../../src/contract/choices.ts';
import { parseSet } from '../../src/profiles/parse-set.ts';
import type { Planned } from '../../src/recipe/types.ts';
import type { Field } from '../form-page.tsx';
import { words } from '../words.ts';
import { wrongFor } from './wrong.ts';

/** Where models, videos and photos are. */
export function folderFields(
  { choices, recommendation }: Planned,
  set: (change: Choices) => void,
): Field[] {
  const { folders } = words;
  const folder = (key: 'modelsDir' | 'outputDir' | 'inputDir', label: string, about: string) =>
    ({
      kind: 'text',
      id: key,
      label,
      about,
      value: choices[key],
      wrong: (text: string) => wrongFor(key, text),
      onSet: (text: string) => set(parseSet(`${key}=${text}`)),
    }) satisfies Field;
  const placement = choices.placement ?? 'folder';
  const real = choices.recipe === 'steadydancer';
  const reason = recommendation?.placement;
  return [
    ...(real
      ? [
          {
            kind: 'choice',
            id: 'placement',
            label: folders.placement,
            value:
              reason && !reason.chosen
                ? words.form.recommended(folders.placements[placement])
                : folders.placements[placement],
            about: folders.placementAbout[placement],
            options: placements.map((id) => ({ id, label: folders.placements[id] })),
            chosen: placement,
            onSet: (id: string) => set({ placement: id as Placement }),
          } satisfies Field,
        ]
      : []),
    ...(real && placement === 'folder'
      ? [folder('modelsDir', folders.models, folders.modelsAbout)]
      : []),
    folder('outputDir', folders.output, folders.outputAbout),
    folder('inputDir', folders.input, folders.inputAbout),
  ];
}
