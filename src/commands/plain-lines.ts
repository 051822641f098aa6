import type { Event } from '../contract/events.ts';

/**
 * Events as plain lines, one at most for each: for pipes, CI logs and screen readers.
 * Stateless on purpose, so that a line never depends on what was drawn before.
 */
export function plainLine(event: Event): string | null {
  switch (event.type) {
    case 'run.started':
      return `run ${event.runId}: ${event.recipe}${event.profile ? `, profile ${event.profile}` : ''}`;
    case 'phase.started':
      return `${event.phase} ...`;
    case 'phase.finished':
      return `${event.phase}: ${phaseWord(event)}`;
    case 'build.vertex':
      return vertexLine(event);
    case 'build.log':
      return `  | ${event.text}`;
    case 'build.warning':
      return `  ! ${event.text}`;
    case 'model':
      return event.state === 'downloading' ? null : `  model ${event.file}: ${event.state}`;
    case 'container':
      return `  container ${event.name}: ${event.state}`;
    case 'smoke.level':
      return `  ${event.status === 'ok' ? 'ok  ' : event.status.toUpperCase().padEnd(4)} ${event.id}: ${event.detail}`;
    case 'fallback':
      return `  ! ${event.what}: ${event.from} replaced by ${event.to}, ${event.why}`;
    case 'question':
      return `  ? ${event.text} (${event.options.map((option) => option.label).join(' / ')})`;
    case 'answer':
      return `  answered: ${event.answer}`;
    case 'diagnosis':
      return `  ${event.diagnosis.code}: ${event.diagnosis.title}`;
    case 'note':
      return `  ${event.level === 'warn' ? '! ' : ''}${event.text}`;
    case 'build.progress':
    case 'disk':
    case 'gpu':
    case 'smoke.progress':
    case 'result':
      return null;
    default:
      return event satisfies never;
  }
}

function phaseWord(event: Extract<Event, { type: 'phase.finished' }>): string {
  if (!event.ok) return `failed after ${(event.ms / 1000).toFixed(1)} s`;
  if (event.phase === 'prepare' || event.phase === 'validate') return 'ok';
  return event.satisfied ? 'ok, it is there' : `ok in ${(event.ms / 1000).toFixed(1)} s`;
}

function vertexLine(event: Extract<Event, { type: 'build.vertex' }>): string | null {
  switch (event.state) {
    case 'waiting':
    case 'running':
      return null;
    case 'done': {
      const how = event.cached ? 'cached' : `${((event.ms ?? 0) / 1000).toFixed(1)} s`;
      return `  step ${event.name}: ${how}`;
    }
    case 'failed':
      return `  step ${event.name}: FAILED${event.error ? `, ${event.error}` : ''}`;
    case 'canceled':
      return `  step ${event.name}: stopped`;
    default:
      return event.state satisfies never;
  }
}

/** The last words of a run: headline, proof, address, what next; nothing is said twice. */
export function resultLines(result: Extract<Event, { type: 'result' }>): string[] {
  const lines = [result.ok ? `READY  ${result.summary}` : result.summary];
  for (const { code, cause, evidence, fixes } of result.diagnoses) {
    const told = [cause, evidence.text].filter(
      (text) => !lines.some((line) => line.includes(text)),
    );
    lines.push(`  ${[code, ...told].join(': ')}`);
    for (const fix of fixes)
      lines.push(`  - ${fix.label}${fix.command ? `:  ${fix.command}` : ''}`);
  }
  for (const output of result.outputs) lines.push(`  ${output.path}`);
  if (result.ok && result.url) lines.push('  It goes on running; to stop it:  steadydancer stop');
  if (!result.ok && result.runDir) lines.push(`  log: ${result.runDir}`);
  return lines;
}
