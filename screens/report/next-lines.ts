import { basename } from 'node:path';
import type { WayToOpen } from '../../src/launch/browser.ts';
import type { RunState } from '../../src/pipeline/run-state.ts';
import { labelled } from '../kit/labelled.ts';
import type { Line } from '../kit/row.tsx';
import type { Theme } from '../kit/theme.ts';
import { words } from '../words.ts';
import { LABEL } from './fact-lines.ts';
import { savedImage } from './saved-image.ts';

/** How the address gets before the person, and what they can do with it. */
export function nextLines(
  { run, result }: RunState,
  way: WayToOpen | null,
  stopped: boolean,
  width: number,
  theme: Theme,
): Line[] {
  const { report } = words;
  const real = run?.recipe === 'steadydancer';
  const next = [
    ...(stopped ? [] : wayLines(way, result?.url ?? '', real)),
    ...(real && !stopped && !savedImage(result) ? [report.dance] : []),
    ...lastLines(result, stopped),
  ];
  return next.flatMap((text, index) =>
    labelled(index === 0 ? report.next : '', text, { labelWidth: LABEL, width, theme, most: 2 }),
  );
}

function lastLines(result: RunState['result'], stopped: boolean): string[] {
  const { report } = words;
  const saved = savedImage(result);
  if (saved) return [report.carry(basename(saved.path).replace(/\.tar\.\w+$/, ''))];
  return result?.container?.state === 'running' && !stopped ? [report.goesOn] : [report.tomorrow];
}

function wayLines(way: WayToOpen | null, url: string, real: boolean): string[] {
  const { report } = words;
  switch (way?.kind) {
    case 'browser':
      return [real ? report.openWorkflow : report.openKey];
    case 'forward':
      return [report.forward, way.line, `${report.thereAfter} ${url}`];
    case 'say':
    case undefined:
      return [];
    default:
      return way satisfies never;
  }
}
