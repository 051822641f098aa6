import { Failure } from '../contract/failure.ts';

/** As often as this it is no accident: the host starts what ends again and again. */
const STARTS = 3;
const PULL_ERRORS = 2;

/**
 * Reads a pod's system log while it starts and says what will never become a ComfyUI; Runpod itself
 * would go on for ever (facts runpod §6: OneTrainer#981, ComfyUI-Launcher#39).
 */
export class StartupJudge {
  #starts = 0;
  #pullErrors = 0;

  /** A Failure for the line that settles it, else null. */
  take(line: string): Failure | null {
    if (/requirement error: unsatisfied condition: cuda/i.test(line)) {
      return new Failure({
        code: 'pod-cuda-old',
        sentence:
          "The pod's host has a driver that is too old for this image; it would wait for ever.",
        proof: line,
        phase: 'deploy',
        fixes: [{ label: 'Start it again: another host, or --cloud secure' }],
      });
    }
    if (
      /fail(?:ed)? to pull image|pull access denied|manifest unknown|error pulling image/i.test(
        line,
      )
    ) {
      this.#pullErrors += 1;
      if (this.#pullErrors >= PULL_ERRORS) return notPulled(line);
    }
    if (/start container for .*: begin/i.test(line)) {
      this.#starts += 1;
      if (this.#starts >= STARTS) return crashLoop(line, this.#starts);
    }
    return null;
  }
}

function notPulled(proof: string): Failure {
  return new Failure({
    code: 'pod-image-not-pulled',
    sentence: 'The pod cannot pull the image.',
    proof,
    cause:
      'It is private (GitHub makes the first push so), not pushed, or its registry limits pulls.',
    phase: 'deploy',
    fixes: [
      { label: 'Push it', command: 'steadydancer push --to REGISTRY/NAME:TAG' },
      { label: 'Make it public, or name a credential that Runpod has: --registry ID' },
    ],
  });
}

function crashLoop(proof: string, times: number): Failure {
  return new Failure({
    code: 'pod-crash-loop',
    sentence: `The container was started ${times} times and ended each time.`,
    proof,
    phase: 'deploy',
    fixes: [
      { label: 'Test the image on a computer of yours', command: 'steadydancer run --image REF' },
    ],
  });
}
