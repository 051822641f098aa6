// Time and memory of `diagnose` on a large log. Usage: node test/bench/diagnose.ts [megabytes] [kind]
// Kinds: build (pip, apt, compilers), errors (every line looks like a failure), comfyui, colours.
import { appendFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../src/troubleshoot/diagnose.ts';
import { chunksOf } from '../../src/troubleshoot/file-chunks.ts';
import { report } from './rows.ts';

const megabytes = Number(process.argv[2] ?? 100);
const kind = process.argv[3] ?? 'build';

const build = [
  '#12 34.56 Collecting torch==2.8.0',
  '#12 35.11   Downloading torch-2.8.0-cp311-cp311-manylinux_2_28_x86_64.whl (888.1 MB)',
  '#12 36.00 Requirement already satisfied: numpy>=1.25.0 in /opt/venv/lib/python3.11/site-packages (2.1.0)',
  '#14 101.2 [14/73] /usr/local/cuda/bin/nvcc --generate-dependencies-with-compile -I/build/csrc -c csrc/flash_bwd_hdim128_bf16_sm80.cu -o build/flash_bwd_hdim128_bf16_sm80.o -gencode arch=compute_80,code=sm_80',
  '#7 12.3 Get:41 http://archive.example.org/ubuntu jammy-updates/main amd64 libssl3 amd64 3.0.2 [1,905 kB]',
  '#7 14.0 Setting up libglib2.0-0:amd64 (2.72.4-0ubuntu2.4) ...',
  '#14 120.9 csrc/kernel_traits.h(41): warning #177-D: variable "kNWarps" was declared but never referenced',
];
const kinds: Record<string, string[]> = {
  build,
  errors: [
    'ERROR: could not find the thing: No such file or directory',
    'error: command failed with exit code 1, cannot open shared object file',
    'WARNING: Retrying after connection broken by ReadTimeoutError: Read timed out. not found',
  ],
  comfyui: [
    '2026-11-24T22:09:05.989639318Z got prompt',
    '2026-11-24T22:09:05.989639318Z   0%|          | 0/4 [00:00<?, ?it/s]\r 25%|##5       | 1/4 [00:09<00:28,  9.5s/it]',
    '2026-11-24T22:09:05.989639318Z Prompt executed in 41.22 seconds',
  ],
  colours: build.map((line) => `\x1b[32m${line}\x1b[0m`),
};

const file = join(tmpdir(), `steadydancer-bench-${process.pid}.log`);
const lines = kinds[kind] ?? build;
let block = '';
for (let i = 0; block.length < 1e6; i++) block += `${lines[i % lines.length]} ${i}\n`;
for (let i = 0; i < (megabytes * 1e6) / block.length; i++) appendFileSync(file, block);
appendFileSync(file, '#14 130.0 E: Unable to locate package ffmpeg7\n');

await diagnose(['warm up: E: Unable to locate package x\n']);
const began = performance.now();
const found = await diagnose(chunksOf(file));
const seconds = (performance.now() - began) / 1000;
const memory = process.resourceUsage().maxRSS / 1024;
console.error(`${kind}: ${found[0]?.code ?? 'nothing found'} in line ${found[0]?.evidence.line}`);
report([
  { what: `diagnose, ${kind}`, unit: 'MB/s', ours: megabytes / seconds, limit: { atLeast: 67 } },
  { what: `diagnose, ${kind}: memory at most`, unit: 'MB', ours: memory * 1.048576 },
]);
rmSync(file);
