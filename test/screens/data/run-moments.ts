// Moments of a long run that every size of terminal has to show (MOCKUPS A5, A6).
import type { Event, EventBody } from '../../../src/contract/events.ts';
import { rehearsalRun } from '../../fixtures/events/runs.ts';
import { eventAt, longRun } from './long-run.ts';

const GB = 1e9;
const low: EventBody = {
  type: 'disk',
  place: 'docker',
  freeBytes: 6.1 * GB,
  totalBytes: 468 * GB,
  bytesPerSecond: 63e6,
  fullInSeconds: 96,
  stopsAtBytes: 5 * GB,
  downloadsPaused: true,
  written: {
    since: '2026-11-24T14:31:00.000Z',
    runBytes: 61.7 * GB,
    openBytes: 0,
    otherBytes: 16.2 * GB,
    plannedBytes: 67.2 * GB,
  },
};

/** A6: the question that the guard asks, with the keys f, w, i. */
export const diskQuestion: EventBody = {
  type: 'question',
  id: 'disk-low',
  text: 'Disk / is filling up: 6.1 GB free, full in about 1 m 36 s at 3.8 GB/min. This run is as planned; other programs wrote 16.2 GB to / since 14:31. Downloads are paused. At 5.0 GB free the build stops itself, steps kept.',
  options: [
    { id: 'guard', label: 'Wait: what can be paused is, until there is space again' },
    { id: 'ignore', label: 'Ignore: go on without the guard (the build may die)' },
  ],
  unattended: 'guard',
};

const timeQuestion: EventBody = {
  type: 'question',
  id: 'time-limit-1',
  text: 'The build takes longer than 45 m 00 s, still moving at 6.0 MB/s. Go on?',
  options: [
    { id: 'go-on', label: 'Go on for as long again: it still moves' },
    { id: 'stop', label: 'Stop here, steps kept' },
  ],
  unattended: 'stop',
};

const paused = (second: number): Event[] =>
  ['Wan21_SteadyDancer_fp8_e4m3fn_scaled', 'umt5-xxl-enc-fp8_e4m3fn'].map((name) =>
    eventAt(second, {
      type: 'model',
      file: name.startsWith('Wan')
        ? `diffusion_models/${name}.safetensors`
        : `text_encoders/${name}.safetensors`,
      state: 'paused',
      bytes: 2.4 * GB,
      totalBytes: (name.startsWith('Wan') ? 17.1 : 6.7) * GB,
      bytesPerSecond: 0,
    }),
  );

export interface Moment {
  second: number;
  events: Event[];
  /** What must be seen whatever the size of the terminal. */
  says: readonly (string | RegExp)[];
}

export const moments: Record<string, Moment> = {
  'early build': { second: 40, events: longRun(40), says: [/RUN +base: apt-get/, '58.7 GB'] },
  'mid-build with downloads': {
    second: 700,
    events: longRun(700),
    says: [/RUN +attention: uv pip/, /36\.\d GB/],
  },
  'disk warning': {
    second: 700,
    events: [...longRun(690), eventAt(699, low), ...paused(699), eventAt(700, diskQuestion)],
    says: ['filling up', 'f  Free space', 'w  Wait', 'i  Ignore', '6.1 GB'],
  },
  question: {
    second: 2_740,
    events: [...longRun(700), eventAt(2_740, timeQuestion)],
    says: ['45 m 00 s', 'Go on for', 'Stop here'],
  },
  'smoke rendering': {
    second: 1_200,
    events: [
      ...longRun(1_020),
      ...longRun(3_000).filter(({ type }) => type === 'model'),
      ...[
        { type: 'phase.finished', phase: 'models', ok: true, ms: 900_000 },
        { type: 'phase.started', phase: 'launch' },
        { type: 'phase.finished', phase: 'launch', ok: true, ms: 48_000 },
        { type: 'phase.started', phase: 'smoke' },
        {
          type: 'smoke.level',
          id: 'reachable',
          status: 'ok',
          detail: 'ComfyUI v0.21.0, ready after 48 s',
          ms: 20,
        },
        {
          type: 'smoke.level',
          id: 'gpu',
          status: 'ok',
          detail: 'RTX 4090; bf16 and flash-attn kernels ran',
          ms: 900,
        },
        {
          type: 'smoke.level',
          id: 'nodes',
          status: 'ok',
          detail: '18 of 18 that the workflow needs',
          ms: 30,
        },
        {
          type: 'smoke.level',
          id: 'models',
          status: 'ok',
          detail: "6 of 6 in the loaders' lists",
          ms: 30,
        },
        {
          type: 'smoke.level',
          id: 'workflow',
          status: 'ok',
          detail: 'accepted without errors',
          ms: 20,
        },
        { type: 'smoke.progress', text: 'rendering', node: '7', value: 2, max: 4 },
      ].map((body) => eventAt(1_100, body as EventBody)),
    ],
    says: ['rendering', '2 of 4'],
  },
  finished: { second: 10, events: rehearsalRun, says: [/ok .*7 phases/] },
};
