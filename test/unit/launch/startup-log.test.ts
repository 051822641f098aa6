import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusalOf, saysNoGpu } from '../../../src/launch/refusals.ts';
import {
  readStartupLine,
  type StartupFinding,
  StartupLog,
} from '../../../src/launch/startup-log.ts';

const recorded = readFileSync(
  new URL('../../fixtures/comfyui-0.3.64/startup.log', import.meta.url),
  'utf8',
).split('\n');

describe('StartupLog', () => {
  it('is ready at the recorded line and not before', () => {
    const found: StartupFinding[] = [];
    const log = new StartupLog((finding) => void found.push(finding));
    const readyAt = recorded.findIndex((line) => {
      log.read(line);
      return log.ready;
    });
    expect(recorded[readyAt]).toBe('Starting server');
    for (const line of recorded.slice(readyAt + 1)) log.read(line);
    expect(found).toEqual([{ kind: 'starting' }, { kind: 'gui', url: 'http://0.0.0.0:8188' }]);
    expect(log.lastLine).toBe('To see the GUI go to: http://0.0.0.0:8188');
    expect(log.lastLines).toHaveLength(20);
  });

  it.each([
    [
      '   0.5 seconds (IMPORT FAILED): /opt/ComfyUI/custom_nodes/ComfyUI-WanVideoWrapper',
      { kind: 'import-failed', pack: 'ComfyUI-WanVideoWrapper' },
    ],
    [
      "Cannot import /opt/ComfyUI/custom_nodes/x_aux module for custom nodes: No module named 'gguf'",
      { kind: 'cannot-import', pack: 'x_aux', why: "No module named 'gguf'" },
    ],
    [
      '   0.0 seconds (PRESTARTUP FAILED): /opt/ComfyUI/custom_nodes/early',
      { kind: 'prestartup-failed', pack: 'early' },
    ],
    ['\x1b[32mStarting server\x1b[0m', { kind: 'starting' }],
    ['To see the GUI go to: http://127.0.0.1:8188', { kind: 'gui', url: 'http://127.0.0.1:8188' }],
  ])('reads %j', (line, expected) => {
    expect(readStartupLine(line)).toMatchObject(expected);
  });

  it.each([
    '   0.0 seconds: /opt/x.py',
    'Restarting server soon',
    '',
    'Import times for custom nodes:',
  ])('sees nothing in %j', (line) => {
    expect(readStartupLine(line)).toBeNull();
  });

  it('finds the line that tells why it ended', () => {
    const log = new StartupLog();
    const lines = ['loading', 'Traceback (most recent call last):', '  File "main.py", line 3'];
    for (const line of [...lines, 'torch.cuda.OutOfMemoryError: CUDA out of memory', 'bye']) {
      log.read(line);
    }
    expect(log.tellingLine).toBe('torch.cuda.OutOfMemoryError: CUDA out of memory');
    expect(new StartupLog().tellingLine).toBe('');
  });
});

describe('refusalOf', () => {
  // Texts of docker-gpu facts §4, and of an engine 20.10 (port, mount, image: test/engine).
  it.each([
    ['could not select device driver "" with capabilities: [[gpu]]', 'container-gpu-unavailable'],
    [
      'failed to discover GPU vendor from CDI: no known GPU vendor found',
      'container-gpu-unavailable',
    ],
    ['AMD CDI spec not found', 'container-gpu-unavailable'],
    ['Unknown runtime specified nvidia', 'container-gpu-unavailable'],
    ['unknown or invalid runtime name: nvidia', 'container-gpu-unavailable'],
    [
      'CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all',
      'container-gpu-unavailable',
    ],
    [
      'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file',
      'container-gpu-unavailable',
    ],
    [
      'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver',
      'container-gpu-unavailable',
    ],
    [
      'driver failed programming external connectivity on endpoint a: Bind for 127.0.0.1:8188 failed: port is already allocated',
      'port-taken',
    ],
    [
      'Ports are not available: listen tcp 127.0.0.1:8188: bind: An attempt was made to access a socket in a way forbidden by its access permissions.',
      'port-taken',
    ],
    ['invalid mount config for type "bind": bind source path does not exist: /x', 'mount-denied'],
    ['Mounts denied: The path /x is not shared from the host', 'mount-denied'],
    ['No such image: a:b', 'image-missing'],
    ['mkdir /var/lib/docker/overlay2/a: no space left on device', 'disk-full'],
    ['exec /node: exec format error', 'container-wrong-architecture'],
    ['something new', 'container-start-failed'],
  ])('%j is %s', (message, code) => {
    const failure = refusalOf({ statusCode: 500, json: { message } }, 'steadydancer-a');
    expect(failure.code).toBe(code);
    expect(failure.details.proof).toBe(message);
    expect(failure.message).not.toMatch(/failed to|unable to|please|successfully/i);
  });

  it('tells why an old driver and a missing toolkit are two things', () => {
    const old = refusalOf(new Error('unsatisfied condition: cuda>=12.8'), 'a');
    const none = refusalOf(new Error('could not select device driver "nvidia"'), 'a');
    expect(old.message).toContain('driver is too old');
    expect(none.message).toContain('container toolkit');
  });

  it('knows the words of torch without a GPU', () => {
    expect(saysNoGpu('RuntimeError: Found no NVIDIA driver on your system.')).toBe(true);
    expect(saysNoGpu('AssertionError: Torch not compiled with CUDA enabled')).toBe(true);
    expect(saysNoGpu('Device: cuda:0 NVIDIA GeForce RTX 4090')).toBe(false);
  });
});
