import { describe, expect, it } from 'vitest';
import {
  type ContainerSpecInput,
  containerName,
  containerSpec,
} from '../../../src/launch/container-spec.ts';
import { memoryLimitBytes, shmBytes } from '../../../src/launch/memory-limit.ts';

const GIB = 2 ** 30;

const input = (changes: Partial<ContainerSpecInput> = {}): ContainerSpecInput => ({
  choices: { recipe: 'steadydancer' },
  imageRef: 'steadydancer:0123456789ab',
  profile: 'rtx4090-fp8',
  runId: 'run-1',
  planDigest: 'a'.repeat(64),
  role: 'comfyui',
  host: { uid: 1000, gid: 1001, memoryBytes: 64 * GIB },
  engine: {
    memoryBytes: 32 * GIB,
    rootless: false,
    securityOptions: ['name=seccomp,profile=default'],
  },
  gpu: null,
  port: 8190,
  listen: '127.0.0.1',
  mounts: [],
  env: {},
  ...changes,
});

describe('containerSpec', () => {
  it('is locked down, the caller, on loopback, and below the memory of the engine', () => {
    const spec = containerSpec(input());
    expect(spec).toMatchObject({
      name: 'steadydancer-rtx4090-fp8',
      Image: 'steadydancer:0123456789ab',
      User: '1000:1001',
      Labels: {
        'io.steadydancer.run': 'run-1',
        'io.steadydancer.plan': 'a'.repeat(64),
        'io.steadydancer.profile': 'rtx4090-fp8',
        'io.steadydancer.role': 'comfyui',
      },
      HostConfig: {
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        RestartPolicy: { Name: 'no' },
        Init: true,
        Memory: 29 * GIB,
        MemorySwap: 29 * GIB,
        ShmSize: 29 * GIB * 0.25,
        PortBindings: { '8188/tcp': [{ HostIp: '127.0.0.1', HostPort: '8190' }] },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '3' } },
      },
    });
    expect(spec.HostConfig?.Privileged).toBeUndefined();
    expect(spec.HostConfig?.ReadonlyRootfs).toBeUndefined();
    // Triton loads compiled kernels from the home's cache.
    expect(spec.HostConfig?.Tmpfs).toEqual({
      '/home/steadydancer': 'rw,nosuid,nodev,exec,size=2048m,mode=0700,uid=1000,gid=1001',
    });
  });

  it('gives the rehearsal a read-only root and a /tmp', () => {
    const { HostConfig } = containerSpec(
      input({ choices: { recipe: 'rehearsal' }, profile: null }),
    );
    expect(HostConfig?.ReadonlyRootfs).toBe(true);
    expect(HostConfig?.Tmpfs?.['/tmp']).toBe('rw,nosuid,nodev,noexec,size=256m,mode=1777');
    expect(HostConfig?.Tmpfs?.['/home/steadydancer']).toContain('noexec');
    expect(HostConfig?.ShmSize).toBeUndefined();
  });

  it('has names for a uid that has none, and lets own variables win', () => {
    const { Env } = containerSpec(
      input({
        gpu: { Runtime: 'nvidia', Env: ['NVIDIA_VISIBLE_DEVICES=0', 'A=gpu=1'] },
        env: { A: 'own' },
      }),
    );
    expect(Env).toEqual(
      expect.arrayContaining([
        'HOME=/home/steadydancer',
        'USER=steadydancer',
        'LOGNAME=steadydancer',
        'XDG_CACHE_HOME=/home/steadydancer/.cache',
        'NVIDIA_VISIBLE_DEVICES=0',
        'A=own',
      ]),
    );
    expect(Env?.filter((entry) => entry.startsWith('A='))).toHaveLength(1);
  });

  it('passes the GPU request on as it is', () => {
    const request = { Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=all'] };
    const { HostConfig } = containerSpec(input({ gpu: { DeviceRequests: [request] } }));
    expect(HostConfig?.DeviceRequests).toEqual([request]);
    expect(HostConfig?.Runtime).toBeUndefined();
  });

  it('binds folders so that the engine does not make them, and volumes by name', () => {
    const folder = { kind: 'folder' as const, source: '/home/mia/out', target: '/output' };
    const volume = { kind: 'volume' as const, source: 'steadydancer-models', target: '/models' };
    const { HostConfig } = containerSpec(
      input({
        mounts: [
          { ...folder, readOnly: false },
          { ...volume, readOnly: true },
        ],
      }),
    );
    expect(HostConfig?.Binds).toBeUndefined();
    expect(HostConfig?.Mounts).toEqual([
      { Type: 'bind', Source: '/home/mia/out', Target: '/output', ReadOnly: false },
      { Type: 'volume', Source: 'steadydancer-models', Target: '/models', ReadOnly: true },
    ]);
  });

  it('is the person also under rootless, user namespaces and SELinux', () => {
    const engine = { memoryBytes: 8 * GIB, rootless: false, securityOptions: [] as string[] };
    expect(containerSpec(input({ engine: { ...engine, rootless: true } })).User).toBe('0:0');
    const remapped = containerSpec(
      input({ engine: { ...engine, securityOptions: ['name=userns'] } }),
    );
    expect(remapped).toMatchObject({ User: '1000:1001', HostConfig: { UsernsMode: 'host' } });
    const confined = containerSpec(
      input({ engine: { ...engine, securityOptions: ['name=selinux'] } }),
    );
    expect(confined.HostConfig?.SecurityOpt).toEqual(['no-new-privileges:true', 'label=disable']);
  });

  it.each([
    ['localhost', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::1', '::1'],
  ])('publishes %s on %s', (listen, expected) => {
    const { HostConfig } = containerSpec(input({ listen }));
    expect(HostConfig?.PortBindings['8188/tcp'][0].HostIp).toBe(expected);
  });

  it('is named by profile, else by recipe', () => {
    expect(containerName('a', 'rehearsal')).toBe('steadydancer-a');
    expect(containerName(null, 'rehearsal')).toBe('steadydancer-rehearsal');
  });
});

describe('memoryLimitBytes', () => {
  it.each([
    [64, undefined, 61],
    [32, undefined, 29],
    [8, undefined, 6],
    [4, undefined, 3],
    [32, 16, 16],
    [32, 64, 29],
  ])('of %i GB with %s chosen is %i GB', (total, chosen, expected) => {
    expect(memoryLimitBytes(total * GIB, chosen && chosen * GIB)).toBe(expected * GIB);
  });

  it('never asks for less than the engine takes', () => {
    expect(memoryLimitBytes(32 * GIB, 1)).toBe(6 * 2 ** 20);
  });

  it('bounds /dev/shm', () => {
    expect(shmBytes(61 * GIB)).toBe(8 * GIB);
    expect(shmBytes(4 * GIB)).toBe(GIB);
  });
});
