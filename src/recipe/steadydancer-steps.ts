import type { ResolvedChoices } from '../contract/choices.ts';
import type { DiskLayout, Order } from './disk-plan.ts';
import {
  add,
  assumptions,
  downloadMinutes,
  type Minutes,
  nothing,
  times,
  together,
  uploadMinutes,
  usual,
} from './minutes.ts';
import { saveStep, step } from './plan-steps.ts';
import type { Stack } from './stacks.ts';
import type { PlanInput, Step } from './types.ts';

export interface StepsFor {
  input: PlanInput;
  choices: ResolvedChoices;
  stack: Stack;
  digest: string;
  built: boolean;
  /** Models are fetched by this run; and the image is started and tested on this computer. */
  fetches: boolean;
  runsHere: boolean;
  /** Bytes of models that this run fetches. */
  fetchBytes: number;
  layout: DiskLayout;
}

/** The phases with what each costs here. */
export function steadyDancerSteps(all: StepsFor): Step[] {
  const { input, choices, stack, digest, built, fetches, fetchBytes, layout } = all;
  const { history } = input;
  const bytes = (place: string) =>
    layout.costs.find((cost) => cost.place === place)?.peakBytes ?? 0;
  const baked = choices.placement === 'baked';
  const afterImage = layout.order === 'one-after-the-other';
  const image = built ? nothing : imageMinutes(all);
  const imageCost = {
    downloadBytes: built ? 0 : stack.costs.downloadBytes,
    diskBytes: bytes('docker'),
    minutes: built ? nothing : usual('image', history, image),
  };
  // By bytes and rate alone: what earlier runs fetched was another amount.
  const models = downloadMinutes(fetchBytes, input.hubBytesPerSecond);
  const modelsCost = {
    downloadBytes: fetchBytes,
    diskBytes: fetchBytes,
    minutes: fetchBytes === 0 ? nothing : models,
  };
  const steps = [
    step('prepare', 'machine, engine, GPU, disk, ports', digest, [], {
      minutes: usual('prepare', history, assumptions.prepare),
    }),
    step('validate', 'Dockerfile, a small test download', digest, ['prepare']),
    step('dependencies', 'torch, attention, nodes; each proved', digest, ['validate']),
    ...(fetches
      ? [
          step(
            'models',
            'model files',
            digest,
            afterImage ? ['dependencies', 'image'] : ['validate'],
            modelsCost,
          ),
        ]
      : []),
    step(
      'image',
      'image',
      digest,
      baked ? ['dependencies', 'models'] : ['dependencies'],
      imageCost,
    ),
  ];
  if (all.runsHere) {
    // Models that are used where they were found are mounts, which a container gets at its start.
    const mounted =
      choices.placement !== 'volume' && !baked && input.present.some(({ elsewhere }) => elsewhere);
    const launch = usual('launch', history, assumptions.launch);
    const smoke = usual('smoke', history, assumptions.smoke);
    steps.push(
      step(
        'launch',
        'container',
        `${digest}:${choices.port}`,
        mounted ? ['image', 'models'] : ['image'],
        {
          minutes: launch,
        },
      ),
      step('smoke', 'test video', digest, ['launch', 'models'], { minutes: smoke }),
    );
  } else if (choices.target === 'file') {
    steps.push(saveStep(digest, history, stack.costs.imageBytes));
  } else if (choices.target === 'runpod') {
    const upload = uploadMinutes(stack.costs.compressedBytes);
    steps.push(
      step('push', 'image to the registry', digest, ['image'], {
        minutes: usual('push', history, upload),
      }),
      step('deploy', 'pod', digest, ['push'], {
        minutes: usual('deploy', history, assumptions.deploy),
      }),
    );
  }
  return steps;
}

function imageMinutes({ input, choices, stack }: StepsFor): Minutes {
  const download = downloadMinutes(stack.costs.downloadBytes, input.hubBytesPerSecond);
  const openmmlab = choices.pose === 'openmmlab' ? assumptions.openmmlab : nothing;
  const work = add(assumptions.imageWork, openmmlab);
  const { engine } = input.machine;
  const emulated =
    engine.state === 'ready' && !stack.architectures.some((arch) => arch === engine.arch);
  return add(download, emulated ? times(work, assumptions.emulation) : work);
}

/** From start to test video: models beside the build, or after it. */
export function planTotal(steps: readonly Step[], order: Order): Minutes {
  const of = (phase: string) => steps.find((one) => one.phase === phase)?.cost.minutes ?? nothing;
  const rest = steps.filter(({ phase }) => phase !== 'models' && phase !== 'image');
  const both =
    order === 'side-by-side' ? together(of('models'), of('image')) : add(of('models'), of('image'));
  return add(both, ...rest.map(({ cost }) => cost.minutes));
}
