import { describe, expect, it } from 'vitest';
import { gpusAnswerSchema, podAnswerSchema } from '../../../src/pods/api-answers.ts';
import { podBodySchema, templateBodySchema } from '../../../src/pods/api-bodies.ts';
import { ApiProblem, apiFailure } from '../../../src/pods/api-problem.ts';
import { type Choice, candidates, type GpuNeed } from '../../../src/pods/candidates.ts';
import { monthly, volumeProposal } from '../../../src/pods/deploy-plan.ts';
import { costSoFar } from '../../../src/pods/pod-records.ts';
import { proxyAddress } from '../../../src/pods/proxy-address.ts';
import { StartupJudge } from '../../../src/pods/startup-judge.ts';
import { templateBody } from '../../../src/pods/template.ts';
import { GIB } from '../../../src/recipe/gpu-facts.ts';
import { createPodBody, createTemplateBody, GPUS } from '../../world/pods/bodies.ts';

describe('what is sent', () => {
  const body = {
    ...{ name: 'n', image: 'i', disk: 20, env: {}, ports: ['8188/http'], cloud: 'SECURE' as const },
    gpu: { id: 'NVIDIA L40S', count: 1, minCudaVersion: '12.8' },
    mounts: { network: [{ volumeId: 'v', path: '/m' }] },
  };

  it('has no key that the API would refuse, and none that v2 dropped', () => {
    expect(createPodBody.safeParse(podBodySchema.parse(body)).success).toBe(true);
    for (const gone of ['interruptible', 'dockerStartCmd', 'imageName', 'volumeInGb']) {
      expect(podBodySchema.safeParse({ ...body, [gone]: 'x' }).success, gone).toBe(false);
    }
    const template = templateBody({
      ...{ templateName: 't', image: 'i', diskGb: 20, need: { env: { A: 'b' } }, registry: 'r' },
    });
    expect(createTemplateBody.safeParse(templateBodySchema.parse(template)).success).toBe(true);
    expect(template).toMatchObject({ startJupyter: false, startSsh: false, public: false });
  });
});

describe('what is answered', () => {
  it('is read with what nobody knew yet, and without what was left out', () => {
    const pod = podAnswerSchema.parse({ id: 'x', status: 'MIGRATING', gpu: null, tomorrow: [1] });
    expect(pod).toMatchObject({ id: 'x', status: 'MIGRATING', name: '', gpu: null });
    const gpus = gpusAnswerSchema.parse({ gpus: [{ id: 'NVIDIA  A30' }], nextCursor: 'c' });
    // Byte for byte: two spaces are part of an id.
    expect(gpus.gpus[0]).toMatchObject({ id: 'NVIDIA  A30', memory: 0, availability: 'NONE' });
  });

  it.each([
    [401, 'missing bearer token', 'runpod-unauthorized'],
    [402, 'insufficient balance', 'runpod-balance'],
    [410, 'Gone', 'runpod-api-gone'],
    [422, 'Request validation failed.', 'runpod-request'],
    [429, 'rate limit exceeded for the minute window', 'runpod-rate-limited'],
    [400, 'There are no resources to deploy for this request.', 'runpod-no-capacity'],
    [400, 'gpu and cpu are mutually exclusive', 'runpod-request'],
    [503, 'Something went wrong.', 'runpod-server-error'],
    [null, 'ECONNREFUSED', 'runpod-unreachable'],
  ])('%s %s', (status, detail, code) => {
    const failure = apiFailure(new ApiProblem(status, detail));
    expect(failure.code).toBe(code);
    expect(failure.details.proof).toContain(detail);
  });
});

describe('candidates', () => {
  const { gpus } = gpusAnswerSchema.parse({ gpus: GPUS });
  const any: GpuNeed = { memoryBytes: 0, minCudaVersion: null, capabilities: null, named: null };
  const secure: Choice = { cloud: 'SECURE', dataCenter: null, pay: null };
  const ids = (need: Partial<GpuNeed>, choice: Partial<Choice> = {}) =>
    candidates(gpus, { ...any, ...need }, { ...secure, ...choice }).map(({ id }) => id);

  it('are NVIDIA, free, large enough and not dearer than agreed, the cheapest first', () => {
    expect(ids({})[0]).toBe('NVIDIA RTX A4000');
    expect(ids({}).join()).not.toMatch(/AMD|3090/);
    expect(ids({ memoryBytes: 24 * GIB })[0]).toBe('NVIDIA GeForce RTX 4090');
    expect(ids({ memoryBytes: 24 * GIB }, { pay: 0.7 })).toEqual(['NVIDIA GeForce RTX 4090']);
    expect(ids({}, { dataCenter: 'US-XX-9' })).toEqual([]);
    expect(ids({}, { cloud: 'COMMUNITY', pay: 0.2 })).toEqual(['NVIDIA RTX A4000']);
  });

  it('begin with the one that was named, and have code in the image', () => {
    expect(ids({ named: 'L40S' })[0]).toBe('NVIDIA L40S');
    expect(ids({ capabilities: ['8.9'] })).toEqual(['NVIDIA GeForce RTX 4090', 'NVIDIA L40S']);
    const strange = [{ ...gpus[0], id: 'NVIDIA RTX 9999' } as (typeof gpus)[number]];
    expect(candidates(strange, { ...any, capabilities: ['8.9'] }, secure)).toEqual([]);
  });
});

it('a volume is proposed with its price where there are models to keep', () => {
  const gpu = { memoryBytes: 0, minCudaVersion: null, capabilities: null, named: null };
  expect(volumeProposal({ gpu, modelsGb: 0, env: {} }, [])).toBeNull();
  const proposal = volumeProposal({ gpu, modelsGb: 29, env: {} }, []);
  expect(proposal).toEqual({ sizeGb: 34, pricePerMonth: 2.38, dataCenter: null });
  expect(monthly(100)).toBe(7);
});

describe("a pod's system log", () => {
  const verdict = (lines: string[]) => {
    const judge = new StartupJudge();
    for (const line of lines) {
      const found = judge.take(line);
      if (found) return found.code;
    }
    return null;
  };
  const begin = 'start container for ghcr.io/me/sd:1: begin';

  it.each<[string[], string | null]>([
    [['create container x', '0123456789ab Downloading [==>  ] 37.63MB/5.689GB', begin], null],
    [[begin, begin, begin], 'pod-crash-loop'],
    [
      ['nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update'],
      'pod-cuda-old',
    ],
    [['error pulling image: unauthorized'], null],
    [
      ['error pulling image: unauthorized', 'error pulling image: unauthorized'],
      'pod-image-not-pulled',
    ],
  ])('%j', (lines, code) => {
    expect(verdict(lines)).toBe(code);
  });
});

it('the address of a pod, and what it has cost', () => {
  expect(proxyAddress({}, 'abc123')).toBe('https://abc123-8188.proxy.runpod.net');
  const record = {
    ...{ v: 1 as const, name: 'n', id: 'i', gpu: null, costPerHour: 0.6, image: 'i', url: null },
    ...{ createdAt: '2026-11-25T00:00:00.000Z', profile: null },
  };
  expect(costSoFar(record, new Date('2026-11-25T01:30:00Z'))).toBe(0.9);
  expect(costSoFar({ ...record, costPerHour: null }, new Date())).toBe(0);
});
