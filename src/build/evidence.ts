import { Failure } from '../contract/failure.ts';
import { sanitiseLines, withoutColour } from '../text/sanitise.ts';
import { lineOfStep } from './dockerfile.ts';
import { type BuildError, failureRules } from './failure-rules.ts';
import { StepTail } from './step-tail.ts';
import type { SolveEvent, SolveVertex } from './types.ts';

const LAST_LINES = 20;
/** Of a step: lines are cut at 4 kB where they are shown, and most are far shorter. */
const TAIL_BYTES = 64 * 1024;

/** Remembers of a running build what explains its end: which step failed, and its last words. */
export class Evidence {
  readonly #vertexes = new Map<string, SolveVertex>();
  readonly #outputs = new Map<string, StepTail>();
  readonly #notices: string[] = [];
  #failed: string | null = null;

  /** True once a step was named: before that, nothing of the build has run. */
  get started(): boolean {
    return this.#vertexes.size > 0;
  }

  /** Name and error of the step that failed first; cancelled ones are only its company. */
  get failedStep(): { name: string; error: string } | null {
    const vertex = this.#failed === null ? undefined : this.#vertexes.get(this.#failed);
    return vertex ? { name: vertex.name, error: vertex.error ?? '' } : null;
  }

  push(event: SolveEvent): void {
    if (event.type === 'output') {
      this.#notices.push(...sanitiseLines(event.text).map(withoutColour));
      this.#notices.splice(0, this.#notices.length - LAST_LINES * 2);
      return;
    }
    if (event.type === 'pull') return;
    for (const vertex of event.status.vertexes ?? []) {
      this.#vertexes.set(vertex.digest, harmless(vertex));
      if (vertex.error && this.#failed === null && !isCancellation(vertex.error)) {
        this.#failed = vertex.digest;
      }
    }
    for (const log of event.status.logs ?? []) {
      this.#outputOf(log.vertex).push(log.stream, log.data);
    }
  }

  /**
   * The build's end as a Failure. `message` is what the engine or the exit says last; buildx' own
   * words came as output.
   */
  failure(message: string, dockerfile: { path: string; text: string }): Failure {
    const step = this.failedStep;
    const lastLines = this.#failed === null ? [] : this.#lastLines(this.#failed);
    const said = sanitiseLines([message, step?.error ?? ''].join('\n')).filter((l) => l !== '');
    const notices = this.#notices.filter((line) => /error/i.test(line));
    const error: BuildError = {
      message: [...said, ...notices].map(withoutColour).join('\n'),
      step: step?.name ?? null,
      lastLines,
    };
    const line = step ? lineOfStep(dockerfile.text, step.name) : null;
    const base = { ...(line === null ? {} : { cause: `Line ${line} of ${dockerfile.path}.` }) };
    for (const rule of failureRules) {
      if (rule.step && !rule.step.test(error.step ?? '')) continue;
      const text = rule.alsoInLog ? [error.message, ...lastLines].join('\n') : error.message;
      const match = rule.pattern.exec(text);
      if (!match) continue;
      return new Failure({
        code: rule.code,
        sentence: rule.sentence(match, error),
        proof: proofOf(match, text, lastLines),
        ...base,
        ...(rule.exitCode === undefined ? {} : { exitCode: rule.exitCode }),
      });
    }
    return new Failure({
      code: 'build-failed',
      sentence: step ? `Step ${step.name} ended with an error.` : 'The build ended with an error.',
      proof: [...lastLines.slice(-8), error.message || 'no reason was given'].join('\n'),
      ...base,
    });
  }

  #lastLines(digest: string): string[] {
    const lines = this.#outputs.get(digest)?.lines(LAST_LINES) ?? [];
    return lines.map(withoutColour).filter((line) => line.trim() !== '');
  }

  #outputOf(digest: string): StepTail {
    const known = this.#outputs.get(digest);
    if (known) return known;
    const output = new StepTail(TAIL_BYTES);
    this.#outputs.set(digest, output);
    return output;
  }
}

/** What a step says that was stopped because of another, or because of us. */
export function isCancellation(error: string): boolean {
  return /context canceled|code = Canceled/i.test(error);
}

/** The step's last lines, and the line of the error that the rule found. */
function proofOf(match: RegExpExecArray, text: string, lastLines: string[]): string {
  const from = text.lastIndexOf('\n', match.index) + 1;
  const to = text.indexOf('\n', match.index);
  const line = text.slice(from, to === -1 ? undefined : to);
  const shown = lastLines.slice(-8);
  return shown.includes(line) ? shown.join('\n') : [...shown, line].join('\n');
}

/** Names and errors of steps hold whatever the Dockerfile and its programs say. */
function harmless(vertex: SolveVertex): SolveVertex {
  const line = (text: string) => withoutColour(sanitiseLines(text).join(' '));
  return {
    ...vertex,
    name: line(vertex.name),
    ...(vertex.error === undefined ? {} : { error: line(vertex.error) }),
  };
}
