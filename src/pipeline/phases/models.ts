import type { Phase } from '../context.ts';

/** Model files: resolved, downloaded, verified. A recipe without models has nothing to do here. */
export const models: Phase = {
  id: 'models',
  after: ['validate'],
  async satisfied({ planned }) {
    return planned.plan.models.every((model) => model.present);
  },
  async run() {
    throw new Error('models are fetched in src/models');
  },
};
