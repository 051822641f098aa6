// A server with the real packs' classes, as their sources describe them, and nothing behind them: it
// takes a graph that ComfyUI would take, and gives the files that its nodes would.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../../../src/comfyui/graph.ts';
import { drawDancer, filled } from '../../../../src/rehearsal/dancer.ts';
import { encodePng } from '../../../../src/rehearsal/png.ts';
import { refusedBy } from '../../../unit/comfyui/graphs/refused-by.ts';
import { inputsOf, recordedClasses } from '../../recipe/node-inputs.ts';
import { startScripted } from '../scripted-server.ts';

const testFilm = readFileSync(
  join(import.meta.dirname, '../../../fixtures/mp4/h264-17-frames.mp4'),
);
const film = readFileSync(
  join(import.meta.dirname, '../../../fixtures/mp4/h264-aac-faststart.mp4'),
);
const size = { width: 64, height: 112 };
const skeleton = encodePng([drawDancer(size, { frame: 1, frames: 8, seed: 1 })], 1);
const nothing = encodePng([filled(size, [0, 0, 0])], 1);

/** Files in the loaders' lists. */
const files: Record<string, string[]> = {
  image: ['sd_ref.png'],
  video: ['sd_pose.mp4'],
  model: [
    'other.safetensors',
    'WanVideo/SteadyDancer/Wan21_SteadyDancer_fp8_e4m3fn_scaled_KJ.safetensors',
  ],
  model_name: [
    'umt5-xxl-enc-bf16.safetensors',
    'umt5-xxl-enc-fp8_e4m3fn.safetensors',
    'Wan2_1_VAE_bf16.safetensors',
  ],
  clip_name: ['clip_vision_h.safetensors'],
  lora: ['WanVideo/Lightx2v/lightx2v_I2V_14B_480p_cfg_step_distill_rank64_bf16.safetensors'],
  vitpose_model: ['onnx/vitpose_h_wholebody_model.onnx', 'onnx/yolov10m.onnx'],
  yolo_model: ['onnx/vitpose_h_wholebody_model.onnx', 'onnx/yolov10m.onnx'],
};

export interface ServerScript {
  videoBytes?: number;
  memoryBytes?: number;
  /** Classes that the server does not have. */
  without?: string[];
  /** Replaces a list of files. */
  lists?: Record<string, string[]>;
  /** Which pictures of poses are empty. */
  nobodyIn?: 'photo' | 'clip';
  /** The photo, by its name without ending, in which nobody is found. */
  emptyPhoto?: string;
  /** What the frames of the test video show; a dance by default. */
  shows?: 'black' | 'still';
  /** Ends the render (or the search for poses) with this exception. */
  breaks?: { node: string; type: string; exception: string; message: string };
}

export async function startSteadydancer(script: ServerScript = {}) {
  const graphs: Graph[] = [];
  const server = await startScripted((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, first, second = ''] = url.pathname.split('/');
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      return true;
    };
    switch (`${request.method} ${first}`) {
      case 'GET system_stats':
        return json(stats(script));
      case 'GET object_info':
        return json(classOf(decodeURIComponent(second), script));
      case 'GET queue':
        return json({ queue_running: [], queue_pending: [] });
      case 'POST upload':
        void readAll(request).then((body) => {
          json({ name: /filename="([^"]+)"/.exec(body)?.[1], subfolder: '', type: 'input' });
        });
        return true;
      case 'POST prompt':
        void readAll(request).then((body) => {
          const graph = JSON.parse(body).prompt as Graph;
          const against = refusedBy(graph);
          graphs.push(graph);
          if (against.length > 0) {
            json({ error: { type: 'refused', message: against.join('; ') }, node_errors: {} }, 400);
          } else json({ prompt_id: `p${graphs.length - 1}`, number: 0, node_errors: {} });
        });
        return true;
      case 'GET history': {
        const graph = graphs[Number(second.slice(1))];
        return json(graph ? { [second]: history(graph, script) } : {});
      }
      case 'GET view': {
        const name = url.searchParams.get('filename') ?? '';
        const empty = name.includes(script.nobodyIn ?? '?') || name.includes('nobody');
        const picture = empty ? nothing : skeleton;
        const frame = frameOf(name, script);
        const video = name.includes('smoke') ? testFilm : film;
        response.writeHead(200).end(frame ?? (name.endsWith('.mp4') ? video : picture));
        return true;
      }
      default:
        return false;
    }
  });
  return { ...server, graphs };
}

/** `frame_3.png` of the test video; null for any other name. */
function frameOf(name: string, { shows }: ServerScript): Buffer | null {
  const number = /^frame_(\d+)/.exec(name)?.[1];
  if (number === undefined) return null;
  if (shows === 'black') return nothing;
  const frame = shows === 'still' ? 0 : Number(number);
  return encodePng([drawDancer(size, { frame, frames: 17, seed: 1 })], 1);
}

function stats({ videoBytes = 25_250_000_000, memoryBytes = 64 * 2 ** 30 }: ServerScript) {
  const name = 'cuda:0 NVIDIA GeForce RTX 4090 : native';
  return {
    system: { comfyui_version: '0.21.0', ram_total: memoryBytes },
    devices: [{ name, type: 'cuda', index: 0, vram_total: videoBytes, vram_free: videoBytes }],
  };
}

function classOf(name: string, { without = [], lists = {} }: ServerScript) {
  if (name === 'PreviewImage')
    return { [name]: { input: { required: { images: ['IMAGE'] } }, name } };
  const recorded = recordedClasses().get(name);
  if (!recorded || without.includes(name)) return {};
  const input: Record<string, Record<string, unknown>> = { required: {}, optional: {} };
  for (const [key, spec, required] of inputsOf(recorded)) {
    const choices = lists[key] ?? files[key] ?? spec.choices;
    const section = input[required ? 'required' : 'optional'] as Record<string, unknown>;
    section[key] = [Array.isArray(choices) ? choices : spec.type, {}];
  }
  return { [name]: { input, output: recorded.returns, name, output_node: false } };
}

function history(graph: Graph, { breaks, emptyPhoto }: ServerScript) {
  const broken = breaks && Object.keys(graph).find((id) => graph[id]?.class_type === breaks.type);
  if (breaks && broken) {
    const error = {
      ...{ prompt_id: 'p', node_id: broken, node_type: breaks.type },
      ...{ exception_type: breaks.exception, exception_message: breaks.message, traceback: [] },
    };
    return {
      outputs: {},
      status: { status_str: 'error', completed: false, messages: [['execution_error', error]] },
    };
  }
  const picture = (name: string) => ({ filename: name, subfolder: '', type: 'temp' });
  const outputs: Record<string, unknown> = {};
  const nobody = emptyPhoto !== undefined && JSON.stringify(graph).includes(`sd_${emptyPhoto}_`);
  const photo = nobody ? 'nobody_1.png' : 'photo_1.png';
  if (graph['25']) outputs['25'] = { images: [picture(photo)] };
  if (graph['26']) outputs['26'] = { images: [picture('clip_1.png'), picture('clip_2.png')] };
  if (graph['27']) {
    outputs['27'] = { images: Array.from({ length: 17 }, (_, n) => picture(`frame_${n}.png`)) };
  }
  if (graph['18']) {
    const prefix = String(graph['18'].inputs.filename_prefix);
    const filename = `${prefix}_00001${graph['18'].inputs.audio ? '-audio' : ''}.mp4`;
    outputs['18'] = {
      gifs: [{ filename, subfolder: '', type: 'output', format: 'video/h264-mp4' }],
    };
  }
  return { outputs, status: { status_str: 'success', completed: true, messages: [] } };
}

async function readAll(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}
