import type { Fix } from '../contract/diagnosis.ts';
import { phaseIds } from '../contract/ids.ts';
import { catalogue } from './catalogue/index.ts';
import { type RegisteredFailure, registry } from './registry.ts';

const sources = new Map(catalogue.map(({ code, source }) => [code, source]));

/** What people find who search for a code: a section each, by the phase in which it happens. */
export function codesPage(): string {
  const groups = [...phaseIds, null].map((phase) => ({
    title: phase ?? 'anywhere',
    entries: registry.filter((entry) => entry.phase === phase),
  }));
  return `${[
    '# Failure codes',
    '',
    'Made from the catalogue by `node src/troubleshoot/write-codes-page.ts`; a test holds it to that.',
    'The same list: `steadydancer diagnose --codes`. A code of a log: `steadydancer diagnose FILE`.',
    'Where a fix is marked `wizard`, the wizard can apply it itself: it shows first what it would do.',
    '',
    ...groups
      .filter(({ entries }) => entries.length > 0)
      .flatMap(({ title, entries }) => [
        `- **${title}**: ${entries.map(({ code }) => `[${code}](#${code})`).join(', ')}`,
      ]),
    '',
    ...registry.flatMap(section),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function section({ code, title, phase, cause, fixes, readable }: RegisteredFailure): string[] {
  const source = sources.get(code);
  return [
    `## ${code}`,
    '',
    `${sentence(title)} ${sentence(cause)}`,
    '',
    `Phase: ${phase ?? 'any'}. ${readable ? '`diagnose` finds it in a log.' : 'A run says it itself.'}`,
    ...(fixes.length > 0 ? ['', ...fixes.flatMap(fixLines)] : []),
    ...(source ? ['', `Known from: ${harmless(source)}`] : []),
    '',
  ];
}

function fixLines({ label, command, applies }: Fix): string[] {
  const wizard = applies === undefined ? '' : ' (wizard)';
  const line = `- ${harmless(label)}${wizard}`;
  return command === undefined ? [line] : [`${line}:`, '', `      ${command}`, ''];
}

function sentence(text: string): string {
  const plain = harmless(text);
  return /[.:!?]$/.test(plain) ? plain : `${plain}.`;
}

/** Signs that Markdown would read. */
function harmless(text: string): string {
  return text.replace(/[<>*_`[\]]/g, (sign) => `\\${sign}`);
}
