// The failure of MOCKUPS A7 (S2): a disk that got full while the image was exported.
import type { FailureFacts } from '../../../screens/trouble/failure-facts.ts';
import type { Diagnosis } from '../../../src/contract/diagnosis.ts';
import type { FixPlan, Offer } from '../../../src/troubleshoot/fixes/types.ts';
import type { ProofContext } from '../../../src/troubleshoot/proof-context.ts';

const proving =
  '#41 ERROR: failed to register layer: write /opt/venv/lib/python3.11/site-packages/torch/lib/libtorch_cuda.so: no space left on device';

export const diskFull: Diagnosis = {
  code: 'disk-full-export',
  title: 'Disk / is full: Docker could not write the finished image.',
  cause:
    'Other programs wrote 19.6 GB to / since the start. This run used 64.2 of its planned 67.2 GB; the plan had left 16.8 GB spare.',
  evidence: { line: 41207, text: proving, file: 'build.log' },
  fixes: [],
  confidence: 0.95,
};

export const proof: ProofContext = {
  file: 'build.log',
  path: '',
  line: 41207,
  before: ['#41 exporting to image', '#41 exporting layers 5.1s'],
  text: proving,
  after: ['------'],
  total: 41231,
};

export const facts: FailureFacts = {
  diagnosis: diskFull,
  title: '',
  figure: '0.2 GB free of 468.0 GB, 3.0 GB more needed.',
  why: null,
  place: 'step 23 of 24, export',
  proof,
  kept: ['22 of 24 build steps', '28.7 GB of models', 'all your answers'],
};

const plan = (more: Partial<FixPlan> & Pick<FixPlan, 'id' | 'title' | 'does'>): FixPlan => ({
  objects: [],
  frees: null,
  download: null,
  minutes: { low: 4, high: 4 },
  undo: 'Nothing is changed.',
  notes: [],
  commands: [],
  confirm: 'enter',
  root: false,
  retries: true,
  apply: async () => ({}),
  ...more,
});

const sizes = [6.1, 3.4, 2.2, 1.1, ...Array.from({ length: 27 }, () => 0.05)];

export const offers: Offer[] = [
  {
    fix: { label: 'Remove build cache', applies: 'prune-build-cache' },
    why: null,
    plan: plan({
      id: 'prune-build-cache',
      title: 'Remove 31 records of build cache, 14.2 GB',
      does: '31 records of build cache would go. No image, container, volume or file is touched.',
      objects: sizes.map((gigabytes, at) => ({
        name: at === 0 ? 'RUN pip install torch==2.5.1 torchvision torchaudio' : `RUN step ${at}`,
        bytes: gigabytes * 1e9,
        note: 'last used 2026-11-12. A build that used it takes longer next time.',
      })),
      frees: 14.2e9,
      undo: null,
      confirm: 'y',
      notes: ['Kept: 35.5 GB of build cache that the retry needs.'],
      commands: ['steadydancer clean --cache'],
    }),
  },
  {
    fix: { label: 'Leave OpenMMLab out', applies: 'pose-onnx' },
    why: null,
    plan: plan({
      id: 'pose-onnx',
      title: 'Leave OpenMMLab out',
      does: 'The run is tried again with another answer. Your profile is not changed.',
      objects: [{ name: 'pose', bytes: null, note: 'openmmlab -> onnx' }],
      minutes: { low: 5, high: 7 },
      undo: 'It holds for this run only: the next one asks as before.',
      commands: ['steadydancer run --set pose=onnx'],
    }),
  },
  {
    fix: { label: 'I have made space: check and continue', applies: 'retry' },
    why: null,
    plan: plan({
      id: 'retry',
      title: 'I have made space: check and continue',
      does: 'The run looks at what is there and goes on with what is left.',
    }),
  },
];

export const manualOffer: Offer = {
  fix: { label: 'See what Docker holds', command: 'docker system df' },
  plan: null,
  why: null,
};
