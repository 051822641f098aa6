export const machine = {
  place: 'Machine',
  looking: 'Looking at this computer. Nothing is changed.',
  ready: 'This computer is ready.',
  things: (titles: string[]) =>
    `This computer is ready. ${things(titles.length)} to know: ${joined(titles)}.`,
  fix: 'Fix',
  folded: (titles: string[]) => titles.join(', '),
  recommended: (what: string) => `Recommended: ${what}.`,
  goesOn: (title: string) => `Enter: goes on when ${title} has answered`,
  plans: 'Enter: goes on when the plan is made; the speed of the hub is measured for 3 s',
  refused: 'Enter shows what would change it.',
  enter: 'Enter goes to the review page. Nothing starts before it.',
  blocked: 'It cannot go on before this is mended: r checks again.',
  noEngine: 'Enter shows the ways to get Docker here. Nothing starts before you have chosen one.',
  noEngineHere: 'Enter shows what works here without Docker.',
};

export const recommendation = {
  rehearsal: 'the rehearsal: tests Docker, ports and folders in about a minute, without a GPU',
  custom: 'your own image, started and tested',
  steadydancer: (variant: string, attention: string) => `${variant} weights with ${attention}`,
};

/** `Two things`; figures from ten on. */
function things(count: number): string {
  const names = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
  return `${names[count] ?? count} thing${count === 1 ? '' : 's'}`;
}

/** `disk`, `disk and memory`, `disk, memory and port`. */
function joined(items: string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
