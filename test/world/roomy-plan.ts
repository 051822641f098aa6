import { planHere } from '../../src/pipeline/planning.ts';

/** The real plan of this machine, as if its disk had room for what a test never writes. */
export const roomyPlan: typeof planHere = async (...args) => {
  const here = await planHere(...args);
  const { refusal } = here.planned;
  if (refusal?.code !== 'disk-too-small') return here;
  return { ...here, planned: { ...here.planned, refusal: null } };
};
