/** Words of the page about the hub's token. */
export const token = {
  title: 'Token',
  question: "A token of Hugging Face. All model files are public: it raises the hub's limits.",
  looking: 'looking ...',
  from: {
    environment: 'Now: from HF_TOKEN in the environment.',
    file: "Now: from the hub's own file (hf auth login).",
    kept: 'Now: the one that was kept here.',
    typed: 'Now: the one that was typed here.',
    none: 'Now: none.',
  },
  keptIn: (where: string) => `Kept ${where}.`,
  keepers: {
    'secret-tool': () => "in this desktop's keyring (secret-tool)",
    security: () => 'in the keychain of macOS (security)',
    file: (path: string) => `in ${path}, which only you can read (0600)`,
  },
  never:
    'It goes to huggingface.co alone, and never into a profile, a log, an event, an image or a command line.',
  items: {
    use: 'Type one for this time',
    useNote: 'gone when the wizard is left',
    keep: 'Type one and keep it',
    keepNote: 'in the keyring where there is one, else in a file of mode 0600',
    forget: 'Forget the one that is kept',
    forgetNote: 'there and here',
    forgetNone: 'none is kept',
  },
  ask: 'Paste or type the token; it is not shown.',
  label: 'Token',
  accept: 'take it',
  wrong: 'A token begins with hf_ and has letters and digits.',
  length: (count: number) => `${count} signs`,
  done: {
    typed: 'The token is used until the wizard is left; nothing was kept.',
    kept: (where: string) => `The token is kept ${where}.`,
    forgotten: 'The token is forgotten.',
  },
};
