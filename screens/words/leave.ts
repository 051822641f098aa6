export const leave = {
  failed: 'Log of the run:',
  goesOn: 'The run goes on in the background.',
  attach: (run: string) => `steadydancer attach ${run}`,
  container: (name: string) => `Container ${name} runs.`,
  stop: 'steadydancer stop',
  nothing: 'Nothing was started or changed.',
  again: 'steadydancer',
};
