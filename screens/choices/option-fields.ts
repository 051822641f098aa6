import {
  type Choices,
  type Fallback,
  fallbacks,
  type Pose,
  poses,
} from '../../src/contract/choices.ts';
import { parseSet } from '../../src/profiles/parse-set.ts';
import { GIB } from '../../src/recipe/gpu-facts.ts';
import type { Planned } from '../../src/recipe/types.ts';
import { formatMemory } from '../../src/text/format.ts';
import type { TokenFrom } from '../deps.ts';
import type { Field } from '../form-page.tsx';
import { words } from '../words.ts';
import { wrongFor } from './wrong.ts';

export interface OptionsFor {
  planned: Planned;
  proxy: string | null;
  token: TokenFrom | null;
  set: (change: Choices) => void;
  onMirrors: () => void;
  onToken: () => void;
  /** Publishing beyond this computer is asked on a page of its own. */
  onExpose: () => void;
}

/** All that has a value that works and may be changed. */
export function optionFields(all: OptionsFor): Field[] {
  const { planned } = all;
  const real = planned.choices.recipe === 'steadydancer';
  return [
    ...addressFields(all),
    ...(real ? networkFields(all) : []),
    ...(real ? buildFields(all) : []),
    ...runFields(all, real),
  ];
}

function text(
  all: OptionsFor,
  key: string,
  label: string,
  value: string,
  about: string,
  typed = value,
): Field {
  return {
    kind: 'text',
    id: key,
    label,
    value,
    text: typed,
    about,
    wrong: (given) => wrongFor(key, given),
    onSet: (given) => all.set(parseSet(`${key}=${given.trim()}`)),
  };
}

function addressFields(all: OptionsFor): Field[] {
  const { settings } = words;
  const { port, listen } = all.planned.choices;
  const beyond = !isLoopback(listen);
  return [
    text(all, 'port', settings.port, `${port}`, settings.portAbout),
    {
      kind: 'choice',
      id: 'listen',
      label: settings.listen,
      value: beyond ? `${settings.everywhere} (${listen})` : settings.here,
      about: settings.listenAbout,
      options: [
        { id: 'here', label: settings.here },
        { id: 'everywhere', label: settings.everywhere },
      ],
      chosen: beyond ? 'everywhere' : 'here',
      onSet: (id) => (id === 'here' ? all.set({ listen: '127.0.0.1' }) : all.onExpose()),
    },
  ];
}

export function isLoopback(listen: string): boolean {
  return listen === 'localhost' || listen === '::1' || listen.startsWith('127.');
}

function networkFields({ planned, proxy, token, onMirrors, onToken }: OptionsFor): Field[] {
  const { settings, mirrors } = words;
  const set = Object.keys(planned.choices.mirrors ?? {});
  return [
    {
      kind: 'page',
      id: 'mirrors',
      label: settings.mirrors,
      value:
        set.length === 0
          ? settings.noMirrors
          : settings.mirrorsSet(set.map((kind) => mirrors.kinds[kind as 'hub'])),
      about: settings.mirrorsAbout,
      onOpen: onMirrors,
    },
    {
      kind: 'fact',
      id: 'proxy',
      label: settings.proxy,
      value: proxy ?? settings.noProxy,
      about: '',
    },
    {
      kind: 'page',
      id: 'token',
      label: settings.token,
      value: settings.tokens[token ?? 'unknown'],
      about: settings.tokenAbout,
      onOpen: onToken,
    },
  ];
}

function buildFields(all: OptionsFor): Field[] {
  const { settings } = words;
  const { pose = 'onnx', blockSwap = 0, extraNodes = [] } = all.planned.choices;
  const nodes = extraNodes.join(',');
  return [
    text(
      all,
      'blockSwap',
      settings.blockSwap,
      `${blockSwap} of 40`,
      settings.blockSwapAbout,
      `${blockSwap}`,
    ),
    {
      kind: 'choice',
      id: 'pose',
      label: settings.pose,
      value: settings.poses[pose],
      about: settings.poseAbout,
      options: poses.map((id) => ({ id, label: settings.poses[id] })),
      chosen: pose,
      onSet: (id) => all.set({ pose: id as Pose }),
    },
    text(
      all,
      'extraNodes',
      settings.extraNodes,
      nodes === '' ? settings.noNodes : nodes,
      settings.extraNodesAbout,
      nodes,
    ),
  ];
}

function runFields(all: OptionsFor, real: boolean): Field[] {
  const { settings } = words;
  const { fallback, timeoutMinutes, smoke } = all.planned.choices;
  return [
    memoryField(all),
    ...(real
      ? (['width', 'height', 'frames'] as const).map((key) =>
          text(all, `smoke.${key}`, settings[key], `${smoke?.[key] ?? ''}`, settings.smokeAbout),
        )
      : []),
    text(
      all,
      'timeoutMinutes',
      settings.timeout,
      settings.minutes(timeoutMinutes),
      settings.timeoutAbout,
      `${timeoutMinutes}`,
    ),
    ...(real
      ? [
          {
            kind: 'choice' as const,
            id: 'fallback',
            label: settings.fallback,
            value: settings.fallbacks[fallback],
            about: settings.fallbackAbout,
            options: fallbacks.map((id) => ({ id, label: settings.fallbacks[id] })),
            chosen: fallback,
            onSet: (id: string) => all.set({ fallback: id as Fallback }),
          },
        ]
      : []),
  ];
}

/** In GB as on the box; empty opens it again. */
function memoryField({ planned, set }: OptionsFor): Field {
  const { settings } = words;
  const chosen = planned.choices.memoryLimitBytes;
  const auto = planned.recommendation?.memoryLimit.value ?? null;
  const value =
    chosen !== undefined
      ? formatMemory(chosen)
      : auto === null
        ? settings.memoryLimitNone
        : settings.memoryLimitAuto(formatMemory(auto));
  return {
    kind: 'text',
    id: 'memoryLimitBytes',
    label: settings.memoryLimit,
    value,
    text: chosen === undefined ? '' : `${+(chosen / GIB).toFixed(1)}`,
    about: settings.memoryLimitAbout,
    wrong: (given) => (given.trim() === '' || Number(given) > 0 ? null : settings.memoryWrong),
    onSet: (given) =>
      set({ memoryLimitBytes: given.trim() === '' ? undefined : Math.round(Number(given) * GIB) }),
  };
}
