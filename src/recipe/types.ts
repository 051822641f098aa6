import type { Choices, ResolvedChoices } from '../contract/choices.ts';
import type { Failure } from '../contract/failure.ts';
import type { PhaseId } from '../contract/ids.ts';
import type { Plan } from '../contract/plan.ts';
import type { Pins } from '../contract/update.ts';
import type { Inventory, Machine } from '../machine/types.ts';
import type { DiskLayout, Order } from './disk-plan.ts';
import type { ImageSource } from './image-source.ts';
import type { Recommendation } from './recommend.ts';
import type { TargetGpu } from './target-gpu.ts';

/** What earlier runs on this machine took; from runs/, never from the journal of this run. */
export interface History {
  /** Milliseconds that a phase took when it was not satisfied, newest first. */
  phaseMs: Partial<Record<PhaseId, number[]>>;
}

/** A model file that is there already, found before planning. */
export interface PresentModel {
  id: string;
  path: string;
  bytes: number;
  /** Under which placement it counts; the folder's when it is not said. */
  place?: 'folder' | 'volume';
  /** It lies on another filesystem than the models folder and is used from there. */
  elsewhere?: boolean;
}

/** Everything that plan() may look at. It is pure: what is not here does not count. */
export interface PlanInput {
  machine: Machine;
  inventory: Inventory;
  history: History;
  choices: Choices;
  profile: string | null;
  /** The build context that would be sent; null when an image is used as it is. */
  context: { dir: string; dockerfile: string; hash: string; bytes: number } | null;
  present: PresentModel[];
  /** Commits that `update` proved for this profile; null or absent: as shipped. */
  pins?: Pins | null;
  /** What was seen of the image that was named; null or absent where one is built. */
  image?: ImageSource | null;
  /** Folder that relative paths start from; the home where it is absent. */
  cwd?: string;
  /** Something that the choices name is not what it has to be (a folder that is a file). */
  problem?: Failure | null;
  /** Measured bytes per second of the hub, null before it was measured. */
  hubBytesPerSecond: number | null;
}

/** One thing that has to be true at the end; reconcile() does those that are not. */
export interface Step {
  phase: PhaseId;
  title: string;
  /** Same key, same work: what the step's result depends on. */
  key: string;
  after: PhaseId[];
  cost: { downloadBytes: number; diskBytes: number; minutes: { low: number; high: number } };
}

export interface Planned {
  plan: Plan;
  choices: ResolvedChoices;
  /** The plan's choices and pins need a GPU in the container. */
  needsGpu: boolean;
  steps: Step[];
  /** Why it cannot run (exit 10) or cannot fit (exit 16); null when it can. */
  refusal: Failure | null;
  /** Absolute path of the file that the image comes out of; absent where it does not. */
  imageFile?: string;
  /** The GPU that it was planned for; absent where the recipe needs none. */
  gpu?: TargetGpu;
  /** Why each choice is as it is; absent where nothing was recommended. */
  recommendation?: Recommendation;
  /** What the disk allows: models beside the build, or after it when its cache has been dropped. */
  order?: Order;
  /** Per filesystem: what is free and the most that is written to it. */
  filesystems?: DiskLayout['filesystems'];
}
