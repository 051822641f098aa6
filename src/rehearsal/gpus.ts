// What the container really sees of NVIDIA GPUs: the proof that the engine passed them through.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface SeenDevice {
  name: string;
  type: string;
  index: number | null;
  vram_total: number;
  vram_free: number;
  torch_vram_total: number;
  torch_vram_free: number;
}

const MIB = 1024 * 1024;

/** Devices in ComfyUI's form; the CPU alone where no GPU is seen, as PyTorch without CUDA says it. */
export async function seenDevices(memory: { total: number; free: number }): Promise<SeenDevice[]> {
  const gpus = (await fromNvidiaSmi()) ?? (await fromDeviceFiles());
  return gpus.length > 0 ? gpus : [device('cpu', 'cpu', null, memory.total, memory.free)];
}

/** Null where the tool is not there or gives no list: the NVIDIA runtime mounts it into the container. */
async function fromNvidiaSmi(): Promise<SeenDevice[] | null> {
  const query = '--query-gpu=index,name,memory.total,memory.free';
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      [query, '--format=csv,noheader,nounits'],
      { timeout: 8_000, env: { ...process.env, PATH: '/usr/bin:/bin:/usr/local/bin' } },
    );
    const devices = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(',').map((field) => field.trim()))
      .filter((fields) => fields.length === 4 && /^\d+$/.test(fields[0] ?? ''))
      .map(([index, name, total, free]) =>
        device(
          `cuda:${index} ${name} : rehearsal`,
          'cuda',
          Number(index),
          (Number(total) || 0) * MIB,
          (Number(free) || 0) * MIB,
        ),
      );
    return devices.length > 0 ? devices : null;
  } catch {
    return null;
  }
}

async function fromDeviceFiles(): Promise<SeenDevice[]> {
  const files = await readdir('/dev').catch(() => [] as string[]);
  // WSL has one device for all GPUs and names none.
  if (files.includes('dxg')) return [device('cuda:0 NVIDIA GPU : rehearsal', 'cuda', 0, 0, 0)];
  const minors = files.map((name) => /^nvidia(\d+)$/.exec(name)?.[1]).filter((minor) => minor);
  const names = await driverNames();
  return minors.map((minor, index) => {
    const name = names.get(minor ?? '') ?? 'NVIDIA GPU';
    return device(`cuda:${index} ${name} : rehearsal`, 'cuda', index, 0, 0);
  });
}

/** Names by minor number, from the driver. Source: NVIDIA driver README, "The /proc file system interface". */
async function driverNames(): Promise<Map<string, string>> {
  const root = '/proc/driver/nvidia/gpus';
  const names = new Map<string, string>();
  for (const bus of await readdir(root).catch(() => [] as string[])) {
    const text = await readFile(`${root}/${bus}/information`, 'utf8').catch(() => '');
    const minor = /^Device Minor:\s*(\d+)/m.exec(text)?.[1];
    const model = /^Model:\s*(.+)$/m.exec(text)?.[1];
    if (minor && model) names.set(minor, model.trim());
  }
  return names;
}

function device(
  name: string,
  type: string,
  index: number | null,
  total: number,
  free: number,
): SeenDevice {
  return {
    ...{ name, type, index, vram_total: total, vram_free: free },
    ...{ torch_vram_total: type === 'cpu' ? total : 0, torch_vram_free: type === 'cpu' ? free : 0 },
  };
}
