// The files of profiles/, bundled, so that they are there in whatever form the program runs.
import h100Fp16 from '../../profiles/h100-fp16.json' with { type: 'json' };
import l40sFp16 from '../../profiles/l40s-fp16.json' with { type: 'json' };
import rehearsal from '../../profiles/rehearsal.json' with { type: 'json' };
import rtx306012gb from '../../profiles/rtx-3060-12gb.json' with { type: 'json' };
import rtx3090Fp8 from '../../profiles/rtx-3090-fp8.json' with { type: 'json' };
import rtx4090Fp8 from '../../profiles/rtx-4090-fp8.json' with { type: 'json' };
import rtx5090Fp8 from '../../profiles/rtx-5090-fp8.json' with { type: 'json' };
import runpodVolumeFp8 from '../../profiles/runpod-volume-fp8.json' with { type: 'json' };
import { type Profile, profileSchema } from '../contract/profile.ts';

const files: unknown[] = [
  rehearsal,
  rtx306012gb,
  rtx3090Fp8,
  rtx4090Fp8,
  rtx5090Fp8,
  l40sFp16,
  h100Fp16,
  runpodVolumeFp8,
];

/** The profiles that come with the program, in the order in which they are listed. */
export function shippedProfiles(): Profile[] {
  return files.map((file) => profileSchema.parse(file));
}
