/** Runs one command with what commander parsed; the module behind it is loaded only now. */
export type Action = (perform: () => Promise<number>) => Promise<void>;

/** For an option that can be given more than once. */
export const collect = (value: string, before: string[]): string[] => [...before, value];

/** The examples under a command's help; a test runs over each. */
export const example = (...lines: string[]): string =>
  `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
