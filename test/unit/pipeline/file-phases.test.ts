import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/contract/failure.ts';
import type { PhaseId } from '../../../src/contract/ids.ts';
import { phasesOf } from '../../../src/pipeline/phases/index.ts';
import { step } from '../../../src/recipe/plan-steps.ts';

const planned = (...phases: [PhaseId, PhaseId[]][]) => ({
  steps: phases.map(([phase, after]) => step(phase, phase, 'x', after)),
  choices: { target: 'file' as const },
});
const ids = (...of: Parameters<typeof phasesOf>) => phasesOf(...of).map(({ id }) => id);

describe('target=file', () => {
  it('ends with the file: models are fetched where it runs, and nothing is started', () => {
    const plan = planned(['image', ['dependencies']], ['deploy', ['image']]);
    expect(ids(plan, {})).toEqual(['prepare', 'validate', 'dependencies', 'image', 'deploy']);
  });

  it('fetches the models that are to be in the image, before it', () => {
    const phases = phasesOf(planned(['models', ['validate']], ['image', ['models']]), {});
    expect(phases.find(({ id }) => id === 'image')?.after).toContain('models');
  });

  it.each([
    { until: 'launch' },
    { until: 'smoke' },
    { promote: 'nightly', pushTo: 'r/x:1' },
  ] as const)('takes no %j: what moves a tag is a test', (request) => {
    expect(() => phasesOf(planned(), request)).toThrow(UsageError);
  });

  it('leaves a run on this computer as it is', () => {
    const local = { ...planned(), choices: { target: 'local' as const } };
    expect(ids(local, {})).toContain('launch');
    expect(ids(local, {})).not.toContain('deploy');
  });
});
