import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeCapabilityOf } from '../../../src/machine/compute-capability.ts';
import {
  allFields,
  cudaOfHeader,
  parseDetails,
  parseQuery,
  safeFields,
} from '../../../src/machine/nvidia-smi.ts';

const recorded = (file: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/nvidia-smi', file), 'utf8');
const MIB = 2 ** 20;
const H100 = 'GPU-be86ee4c-e644-fd96-a340-ce4ce26c27aa';

describe('rows of nvidia-smi --query-gpu', () => {
  it('reads the fields of a recorded H100 in any order, with units', () => {
    const [header = '', row = ''] = recorded('query.csv').split('\n');
    const fields = header.split(', ').map((name) => name.replace(/ \[.*\]$/, ''));
    expect(parseQuery(row, fields)).toEqual([
      {
        index: 0,
        uuid: H100,
        name: 'NVIDIA H100 80GB HBM3',
        driver: '580.159.04',
        memoryTotalBytes: 81559 * MIB,
        memoryFreeBytes: 81079 * MIB,
        computeCapability: '9.0',
        mig: false,
        processes: [],
      },
    ]);
  });

  it.each([
    '[N/A]',
    'N/A',
    '[Not Supported]',
    '[Unknown Error]',
    'ERR!',
    '[GPU requires reset]',
    '',
  ])('takes %j for unknown', (placeholder) => {
    const cells = allFields.map((field) =>
      field === 'index' ? '0' : field === 'name' ? 'NVIDIA GB10' : placeholder,
    );
    const [gpu] = parseQuery(cells.join(', '), allFields);
    expect(gpu).toMatchObject({
      memoryTotalBytes: null,
      memoryFreeBytes: null,
      driver: null,
      computeCapability: '12.1',
      mig: false,
    });
  });

  it('knows the capability by name where the field is missing (drivers before 510)', () => {
    const row = '0, GPU-1, NVIDIA GeForce RTX 3060, 470.256.02, 12053, 11000, [N/A]';
    expect(parseQuery(row, safeFields)[0]?.computeCapability).toBe('8.6');
  });

  it('gives rows only for lines that are rows, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const gpu of parseQuery(text, allFields)) {
          expect(Number.isSafeInteger(gpu.index)).toBe(true);
          expect(gpu.memoryTotalBytes === null || gpu.memoryTotalBytes >= 0).toBe(true);
        }
      }),
    );
  });

  it('reads back every row that it could have been given', () => {
    const cell = fc.oneof(fc.constant('[N/A]'), fc.constant('ERR!'), fc.nat(1e6).map(String));
    fc.assert(
      fc.property(fc.nat(64), cell, cell, (index, total, free) => {
        const row = `${index}, GPU-1, Tesla T4, 535.54.03, ${total}, ${free}, [N/A], 7.5`;
        const [gpu] = parseQuery(`${row}\n`, allFields);
        expect(gpu?.index).toBe(index);
        expect(gpu?.memoryTotalBytes).toBe(/^\d/.test(total) ? Number(total) * MIB : null);
        expect(gpu?.memoryFreeBytes).toBe(/^\d/.test(free) ? Number(free) * MIB : null);
      }),
    );
  });
});

describe('nvidia-smi -q -x', () => {
  it('finds the CUDA version and no process on an idle H100', () => {
    const { cuda, byUuid } = parseDetails(recorded('nvidia-smi-q.xml'));
    expect(cuda).toBe('13.0');
    expect(byUuid.get(H100)).toEqual({ mig: false, slices: [], processes: [] });
  });

  it('names the process that holds memory on a busy one', () => {
    const details = [...parseDetails(recorded('busy.xml')).byUuid.values()];
    expect(details.map((gpu) => gpu.processes)).toEqual([
      [{ pid: 2171, name: '/opt/venv/bin/python3', memoryBytes: 8710 * MIB }],
    ]);
  });

  it('finds MIG slices and does not take their uuid for the GPU’s', () => {
    const xml = `<nvidia_smi_log><cuda_version>12.4</cuda_version><gpu id="0">
      <mig_mode><current_mig>Enabled</current_mig></mig_mode>
      <mig_devices><mig_device><uuid>MIG-a</uuid><fb_memory_usage><total>20096 MiB</total>
      </fb_memory_usage></mig_device></mig_devices><uuid>GPU-a</uuid></gpu></nvidia_smi_log>`;
    expect(parseDetails(xml).byUuid.get('GPU-a')).toEqual({
      mig: true,
      slices: [{ uuid: 'MIG-a', memoryTotalBytes: 20096 * MIB }],
      processes: [],
    });
  });

  it('survives every cut and every change of a recording', () => {
    const xml = recorded('busy.xml');
    fc.assert(
      fc.property(fc.nat(xml.length), fc.nat(xml.length), fc.string(), (from, to, noise) => {
        const broken = xml.slice(0, from) + noise + xml.slice(to);
        expect(parseDetails(broken).byUuid.size).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });

  it('has the CUDA version in the plain header too', () => {
    expect(cudaOfHeader(recorded('nvidia-smi.txt'))).toBe('13.0');
    expect(cudaOfHeader('NVIDIA-SMI 340.108')).toBeNull();
  });
});

describe('compute capability by name', () => {
  it.each([
    ['NVIDIA GeForce RTX 4090', '8.9'],
    ['NVIDIA RTX 6000 Ada Generation', '8.9'],
    ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', '12.0'],
    ['NVIDIA GeForce RTX 5090', '12.0'],
    ['NVIDIA A100-SXM4-80GB', '8.0'],
    ['NVIDIA A10G', '8.6'],
    ['NVIDIA L40S', '8.9'],
    ['NVIDIA L4', '8.9'],
    ['NVIDIA RTX A6000', '8.6'],
    ['Tesla T4', '7.5'],
    ['Quadro RTX 6000', '7.5'],
    ['Tesla V100-SXM2-16GB', '7.0'],
    ['NVIDIA B200', '10.0'],
    ['NVIDIA H200', '9.0'],
    ['NVIDIA GeForce GTX 1080 Ti', '6.1'],
    ['Matrox G200', null],
  ])('%s is %s', (name, capability) => {
    expect(computeCapabilityOf(name)).toBe(capability);
  });
});
