import type { ResultBody } from '../contract/result.ts';

/** The result as Markdown, for the page of a CI job. */
export function summaryMarkdown(result: ResultBody): string {
  const lines = [`## SteadyDancer: ${result.ok ? 'ready' : 'failed'}`, '', result.summary, ''];
  const facts: [string, string | null | undefined][] = [
    ['Run', result.runId],
    ['Plan', result.planDigest?.slice(0, 12)],
    ['Image', result.image && `${result.image.ref} (${result.image.id.slice(0, 19)})`],
    ['Container', result.container?.name],
    ['Address', result.url],
    ['Asked', changed(result) ? JSON.stringify(result.asked) : null],
    ['Built', changed(result) ? JSON.stringify(result.built) : null],
  ];
  for (const [name, value] of facts) if (value) lines.push(`- **${name}**: ${code(value)}`);
  if (result.phases.length > 0) {
    lines.push('', '| phase | result | seconds |', '|---|---|---:|');
    for (const { id, ok, ms, satisfied } of result.phases) {
      const word = ok ? (satisfied ? 'ok, nothing to do' : 'ok') : '**failed**';
      lines.push(`| ${id} | ${word} | ${(ms / 1000).toFixed(1)} |`);
    }
  }
  if (result.smoke.length > 0) {
    lines.push('', '| smoke level | status | detail |', '|---|---|---|');
    for (const { id, status, detail } of result.smoke) {
      lines.push(`| ${id} | ${status} | ${cell(detail)} |`);
    }
  }
  for (const { code: id, title, cause, evidence, fixes } of result.diagnoses) {
    lines.push('', `### ${title}`, '', `\`${id}\`: ${cause}`, '', '```', evidence.text, '```');
    for (const { label, command } of fixes) {
      lines.push(`- ${label}${command ? `: ${code(command)}` : ''}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function changed(result: ResultBody): boolean {
  return JSON.stringify(result.asked) !== JSON.stringify(result.built);
}

/** Code spans hold no backtick of their own. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
