/** Words of the clean-up. */
export const clean = {
  title: 'Clean up',
  looking: 'Looking for what can go; nothing is changed ...',
  nothing: 'Nothing can be removed.',
  never: 'Models and videos are never removed here.',
  kept: (size: string) => `Kept: ${size} of build cache that the next try of the last run needs.`,
  noEngine: (why: string) => `Only folders were looked at. ${why}`,
  upTo: (size: string) => `up to ${size}`,
  markedOf: (count: number, size: string) => `marked: ${count}, ${size}`,
  markFirst: 'Nothing is marked: Space marks what the cursor stands on.',
  kinds: {
    cache: 'Build cache',
    images: 'Images that no container uses',
    containers: 'Containers that broke',
    runs: 'Logs of older runs',
    contexts: 'Build contexts',
  },
  count: (count: number) => `${count}`,
  unknown: 'unknown',
  used: (day: string) => `last used ${day}`,
  marks: { yes: 'marked', no: 'not marked', some: 'partly marked' },
  keys: { ask: 'remove', mark: 'mark', all: 'all', unfold: 'each' },
};
