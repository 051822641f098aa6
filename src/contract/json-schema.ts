import { z } from 'zod';
import { bundleSchema } from './bundle.ts';
import { cleanSchema } from './clean.ts';
import { danceSchema } from './dance.ts';
import { deploySchema } from './deploy.ts';
import { diagnoseSchema, diagnosisCodesSchema } from './diagnosis.ts';
import { doctorSchema } from './doctor.ts';
import { eventSchema } from './events.ts';
import { modelsReportSchema } from './models.ts';
import { planSchema } from './plan.ts';
import { problemSchema } from './problem.ts';
import { profileSchema, profilesSchema } from './profile.ts';
import { pushSchema } from './push.ts';
import { smokeReportSchema } from './smoke.ts';
import { openSchema, startSchema, statusSchema, stopSchema } from './status.ts';
import { updateSchema } from './update.ts';

/** Every document that leaves the program as JSON, by the name of its schema. */
export const documents = {
  event: eventSchema,
  problem: problemSchema,
  plan: planSchema,
  profile: profileSchema,
  profiles: profilesSchema,
  doctor: doctorSchema,
  diagnose: diagnoseSchema,
  'diagnose-codes': diagnosisCodesSchema,
  smoke: smokeReportSchema,
  dance: danceSchema,
  models: modelsReportSchema,
  status: statusSchema,
  stop: stopSchema,
  start: startSchema,
  open: openSchema,
  clean: cleanSchema,
  update: updateSchema,
  bundle: bundleSchema,
  push: pushSchema,
  deploy: deploySchema,
} as const;

/** JSON Schema (draft 2020-12) of one document. */
export function jsonSchema(name: keyof typeof documents): object {
  return z.toJSONSchema(documents[name], { io: 'output', unrepresentable: 'any' });
}
