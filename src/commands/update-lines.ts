import type { UpdatePin } from '../contract/update.ts';
import { nodes } from '../recipe/nodes.ts';

/** What people call it. */
export function pinTitle(id: string): string {
  if (id === 'comfyui') return 'ComfyUI';
  return nodes().nodes.find((pack) => pack.id === id)?.folder ?? id;
}

/** The table of pins: from where to where. */
export function pinLines(pins: readonly UpdatePin[]): string[] {
  const width = Math.max(...pins.map(({ id }) => pinTitle(id).length)) + 2;
  return pins.map(
    (pin) => `  ${pinTitle(pin.id).padEnd(width)}${pin.from.slice(0, 7)}${wayOf(pin)}`,
  );
}

function wayOf({ state, to, release, why }: UpdatePin): string {
  switch (state) {
    case 'same':
      return '  is the newest';
    case 'moved':
      return `  ->  ${to?.slice(0, 7)}${release === null ? '' : `  ${release}`}`;
    case 'unseen':
      return `  not seen: ${why}`;
    default:
      return state satisfies never;
  }
}

/** `ComfyUI and ComfyUI-KJNodes`. */
export function movedWords(pins: readonly UpdatePin[]): string {
  const names = pins.filter(({ state }) => state === 'moved').map(({ id }) => pinTitle(id));
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
