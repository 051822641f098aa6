import { marks } from './marks.ts';
import type { Hit } from './types.ts';

const KEPT_SUSPICIOUS = 60;

/** How the things in a log ended: its steps, its successes, its bad ends. */
export class Outcome {
  readonly steps = new Map<string, 'done' | 'failed' | 'canceled'>();
  readonly suspicious: Hit[] = [];
  /** The last bad end. */
  lastFailed: Hit | null = null;
  private lastBuilt = -1;
  private lastReady = -1;
  private lastProgress = -1;
  /** The last two prompts that ComfyUI was through with. */
  private executed: [number, number] = [-1, -1];
  private readonly progressByStep = new Map<string, number>();

  note(hit: Hit): void {
    if (hit.code === marks.stepDone) {
      // A step that failed says so once; a step is done once for each of its parts.
      if (hit.step && this.steps.get(hit.step) !== 'failed') this.steps.set(hit.step, 'done');
    } else if (hit.code === marks.stepFailed) {
      if (hit.step) this.steps.set(hit.step, 'failed');
    } else if (hit.code === marks.stepCanceled) {
      if (hit.step) this.steps.set(hit.step, 'canceled');
    } else if (hit.code === marks.built) this.lastBuilt = hit.order;
    else if (hit.code === marks.ready) this.lastReady = hit.order;
    else if (hit.code === marks.executed) this.executed = [this.executed[1], hit.order];
    else if (hit.code === marks.progress) {
      this.lastProgress = hit.order;
      if (hit.step) this.progressByStep.set(hit.step, hit.order);
    } else if (hit.code === marks.failed) {
      this.lastFailed = hit;
    } else {
      if (this.suspicious.at(-1)?.order === hit.order) return;
      this.suspicious.push(hit);
      if (this.suspicious.length > KEPT_SUSPICIOUS) this.suspicious.shift();
    }
  }

  get failedSteps(): string[] {
    return [...this.steps].filter(([, state]) => state === 'failed').map(([step]) => step);
  }

  /** True where the log itself says that what this line complains about came to a good end. */
  healed(hit: Hit): boolean {
    if (hit.pattern.silent) return false;
    if (hit.step && this.steps.get(hit.step) === 'done') return true;
    // A build that ended well after this line took it along.
    const failedLater = (this.lastFailed?.order ?? -1) > this.lastBuilt;
    if (this.lastBuilt > hit.order && !failedLater) return true;
    // The first one after it is its own.
    if (hit.pattern.onePrompt && this.executed[0] > hit.order) return true;
    if (!hit.pattern.soft) return false;
    const progress = hit.step ? (this.progressByStep.get(hit.step) ?? -1) : this.lastProgress;
    return progress > hit.order || this.lastReady > hit.order;
  }
}
