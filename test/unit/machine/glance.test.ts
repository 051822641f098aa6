import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glance } from '../../../src/machine/glance.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sd-glance-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('a first look', () => {
  it('finds nothing on a machine without the devices, the tool and the card', () => {
    put('sys/bus/pci/devices/0000:00:02.0/vendor', '0x8086\n');
    put('sys/bus/pci/devices/0000:00:02.0/class', '0x030000\n');
    expect(glance({ PATH: join(root, 'bin') }, root)).toEqual({ pod: null, nvidia: false });
  });

  it.each([
    ['the device of the driver', 'dev/nvidiactl'],
    ['the loaded module', 'proc/driver/nvidia/version'],
    ['the tool on PATH', 'bin/nvidia-smi'],
  ])('knows a GPU by %s', (_by, path) => {
    put(path);
    expect(glance({ PATH: join(root, 'bin') }, root).nvidia).toBe(true);
  });

  it('knows a card that its driver does not see, by the bus; an audio function is none', () => {
    put('sys/bus/pci/devices/0000:01:00.1/vendor', '0x10de\n');
    put('sys/bus/pci/devices/0000:01:00.1/class', '0x040300\n');
    expect(glance({}, root).nvidia).toBe(false);
    put('sys/bus/pci/devices/0000:01:00.0/vendor', '0x10de\n');
    put('sys/bus/pci/devices/0000:01:00.0/class', '0x030000\n');
    expect(glance({}, root).nvidia).toBe(true);
  });

  it('needs both halves under WSL: the device alone may be of another maker', () => {
    put('dev/dxg');
    expect(glance({}, root).nvidia).toBe(false);
    put('usr/lib/wsl/lib/nvidia-smi');
    expect(glance({}, root).nvidia).toBe(true);
  });

  it('names the pod that it is in', () => {
    expect(glance({ RUNPOD_POD_ID: 'k3x9f2' }, root).pod).toBe('k3x9f2');
  });
});
