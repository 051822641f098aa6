import { Failure } from '../contract/failure.ts';
import { type Minutes, uploadMinutes } from '../recipe/minutes.ts';
import { formatBytes, formatMinutes } from '../text/format.ts';

interface Limit {
  host: RegExp;
  name: string;
  /** A layer, as it travels. */
  layerBytes: number;
  /** One upload. */
  minutes: number;
  source: string;
}

const limits: readonly Limit[] = [
  {
    host: /^ghcr\.io$/,
    name: "GitHub's registry",
    layerBytes: 10e9,
    minutes: 10,
    source: 'github/docs working-with-the-container-registry: 10 GB a layer, 10 minutes an upload',
  },
];

/** What a push will cost, by the sizes that the engine tells. */
export interface PushCost {
  /** Bytes of all layers before they are compressed: the most that can be sent. */
  bytes: number;
  largestLayerBytes: number;
  layers: number;
  minutes: Minutes;
}

/** @param layers bytes of each layer, uncompressed (the engine tells no others) */
export function pushCost(layers: readonly number[]): PushCost {
  const filled = layers.filter((bytes) => bytes > 0);
  const bytes = filled.reduce((sum, one) => sum + one, 0);
  return {
    bytes,
    largestLayerBytes: Math.max(0, ...filled),
    layers: filled.length,
    minutes: uploadMinutes(bytes),
  };
}

/** One sentence for the person before anything is sent. */
export function costSentence({ bytes, layers, largestLayerBytes, minutes }: PushCost): string {
  const number = layers === 1 ? '1 layer' : `${layers} layers`;
  return `At most ${formatBytes(bytes)} in ${number}, the largest ${formatBytes(largestLayerBytes)}: ${formatMinutes(minutes)} at 16-160 Mbit/s, less where layers are there.`;
}

/**
 * What the registry's own limits say to it.
 * @returns warnings; a layer over the limit is a Failure `push-layer-too-large` unless `anyway`
 */
export function checkLimits(host: string, cost: PushCost, { anyway = false } = {}): string[] {
  const limit = limits.find((one) => one.host.test(host));
  if (!limit) return [];
  const { largestLayerBytes } = cost;
  if (largestLayerBytes > limit.layerBytes && !anyway) {
    throw new Failure({
      code: 'push-layer-too-large',
      sentence: `A layer of this image has ${formatBytes(largestLayerBytes)}; ${limit.name} takes ${formatBytes(limit.layerBytes)} at most.`,
      cause:
        'Nothing was sent. Models in an image are the usual reason; a volume holds them better.',
      phase: 'push',
      fixes: [
        {
          label: 'Keep the models out of the image',
          command: 'steadydancer run --set placement=volume',
        },
        { label: 'Try it all the same: compressed it may be small enough (--large-layers)' },
      ],
    });
  }
  const slow = uploadMinutes(largestLayerBytes).high;
  if (slow <= limit.minutes) return [];
  const least = (largestLayerBytes * 8) / (limit.minutes * 60) / 1e6;
  return [
    `${limit.name} ends an upload after ${limit.minutes} minutes: the largest layer, ${formatBytes(largestLayerBytes)} before compression, needs up to ${Math.ceil(least)} Mbit/s.`,
  ];
}
