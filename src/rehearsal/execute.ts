// The queue and the run of a graph, with ComfyUI's messages in ComfyUI's order. Source: main.py
// (prompt_worker), execution.py and comfy_execution/progress.py of Comfy-Org/ComfyUI v0.3.64;
// recording in test/fixtures/comfyui-0.3.64/websocket.ndjson.
import { randomUUID } from 'node:crypto';
import type { Graph } from './validate.ts';

export type Send = (type: string, data: Record<string, unknown>, clientId: string | null) => void;

export interface NodeResult {
  /** Values of the node's outputs. */
  outputs: unknown[];
  /** What an output node shows: `{images: […]}`. */
  ui?: Record<string, unknown>;
}
export interface NodeCall {
  classType: string;
  inputs: Record<string, unknown>;
  progress(value: number, max: number, preview?: Buffer): void;
  /** Aborted by POST /interrupt. */
  signal: AbortSignal;
}
export type RunNode = (call: NodeCall) => Promise<NodeResult>;

interface Job {
  number: number;
  id: string;
  graph: Graph;
  extra: Record<string, unknown>;
  outputs: string[];
}
interface NodeState {
  value: number;
  max: number;
  state: 'running' | 'finished' | 'error';
}
type Message = [string, Record<string, unknown>];

export interface QueueOptions {
  send: Send;
  preview(image: Buffer, clientId: string | null): void;
  runNode: RunNode;
  log(line: string): void;
}

/** Runs one graph after the other and keeps the history. */
export class PromptQueue {
  readonly history = new Map<string, Record<string, unknown>>();
  readonly #options: QueueOptions;
  #pending: Job[] = [];
  #running: Job | null = null;
  #interrupt: AbortController | null = null;
  /** Results of the last run by what they depend on: the original forgets older ones as well. */
  #cache = new Map<string, NodeResult>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get remaining(): number {
    return this.#pending.length + (this.#running ? 1 : 0);
  }

  snapshot(): { queue_running: unknown[]; queue_pending: unknown[] } {
    const row = (job: Job) => [job.number, job.id, job.graph, job.extra, job.outputs];
    return {
      queue_running: this.#running ? [row(this.#running)] : [],
      queue_pending: this.#pending.map(row),
    };
  }

  add(job: Job): void {
    this.#pending.push(job);
    this.#status();
    if (!this.#running) setImmediate(() => void this.#work());
  }

  delete(ids: string[]): void {
    this.#pending = this.#pending.filter((job) => !ids.includes(job.id));
    this.#status();
  }

  clear(): void {
    this.#pending = [];
    this.#status();
  }

  /** Without an id whatever runs is stopped. */
  interrupt(id?: string): void {
    if (!id || this.#running?.id === id) this.#interrupt?.abort();
  }

  #status(): void {
    const status = { exec_info: { queue_remaining: this.remaining } };
    this.#options.send('status', { status }, null);
  }

  async #work(): Promise<void> {
    for (let job = this.#pending.shift(); job && !this.#running; job = this.#pending.shift()) {
      this.#running = job;
      this.#status();
      const started = performance.now();
      const entry = await this.#run(job);
      this.history.set(job.id, entry);
      this.#running = null;
      this.#status();
      const clientId = clientOf(job);
      this.#options.send('executing', { node: null, prompt_id: job.id }, clientId);
      const seconds = (performance.now() - started) / 1000;
      this.#options.log(`Prompt executed in ${seconds.toFixed(2)} seconds`);
    }
  }

  async #run(job: Job): Promise<Record<string, unknown>> {
    const { send } = this.#options;
    const clientId = clientOf(job);
    const interrupt = new AbortController();
    this.#interrupt = interrupt;
    const messages: Message[] = [];
    const tell = (type: string, data: Record<string, unknown>) => {
      const stamped = { ...data, timestamp: Date.now() };
      messages.push([type, stamped]);
      send(type, stamped, clientId);
    };
    const order = executionOrder(job.graph, job.outputs);
    const keys = new Map(order.map((id) => [id, signature(job.graph, id)]));
    const results = new Map<string, NodeResult>();
    const cached = order.filter((id) => this.#cache.has(keys.get(id) ?? ''));
    const states: Record<string, NodeState> = {};
    const outputs: Record<string, unknown> = {};
    const meta: Record<string, unknown> = {};
    const state = (id: string, next: NodeState) => {
      states[id] = next;
      send('progress_state', { prompt_id: job.id, nodes: described(states, job.id) }, clientId);
    };
    const show = (id: string, ui: Record<string, unknown>) => {
      outputs[id] = ui;
      meta[id] = { node_id: id, display_node: id, parent_node: null, real_node_id: id };
      send('executed', { node: id, display_node: id, output: ui, prompt_id: job.id }, clientId);
    };

    tell('execution_start', { prompt_id: job.id });
    tell('execution_cached', { nodes: cached, prompt_id: job.id });
    const executed: string[] = [];
    for (const id of order) {
      const before = this.#cache.get(keys.get(id) ?? '');
      if (before) {
        results.set(id, before);
        if (before.ui) {
          show(id, before.ui);
          state(id, { value: 1, max: 1, state: 'finished' });
        }
        continue;
      }
      state(id, { value: 0, max: 1, state: 'running' });
      send('executing', { node: id, display_node: id, prompt_id: job.id }, clientId);
      const classType = job.graph[id]?.class_type ?? '';
      const failed = { prompt_id: job.id, node_id: id, node_type: classType, executed };
      try {
        const result = await this.#options.runNode({
          classType,
          inputs: resolved(job.graph, id, results),
          signal: interrupt.signal,
          progress: (value, max, preview) => {
            state(id, { value, max, state: 'running' });
            send('progress', { value, max, prompt_id: job.id, node: id }, clientId);
            if (preview) this.#options.preview(preview, clientId);
          },
        });
        interrupt.signal.throwIfAborted();
        results.set(id, result);
        if (result.ui) show(id, result.ui);
        state(id, { value: 1, max: 1, state: 'finished' });
        executed.push(id);
      } catch (error) {
        if (interrupt.signal.aborted) tell('execution_interrupted', failed);
        else tell('execution_error', { ...failed, ...exceptionData(error) });
        return historyEntry(job, {}, {}, 'error', messages);
      }
    }
    this.#cache = new Map([...results].map(([id, result]) => [keys.get(id) ?? id, result]));
    tell('execution_success', { prompt_id: job.id });
    return historyEntry(job, outputs, meta, 'success', messages);
  }
}

function historyEntry(
  job: Job,
  outputs: Record<string, unknown>,
  meta: Record<string, unknown>,
  status_str: 'success' | 'error',
  messages: Message[],
): Record<string, unknown> {
  return {
    prompt: [job.number, job.id, job.graph, job.extra, job.outputs],
    outputs,
    status: { status_str, completed: status_str === 'success', messages },
    meta,
  };
}

/** An error of a node with the names that PyTorch and Python would use. */
export class NodeError extends Error {
  readonly exceptionType: string;
  constructor(exceptionType: string, message: string) {
    super(message);
    this.exceptionType = exceptionType;
  }
}

function exceptionData(error: unknown): Record<string, unknown> {
  const message = error instanceof Error ? error.message : String(error);
  return {
    exception_message: `${message}\n`,
    exception_type: error instanceof NodeError ? error.exceptionType : 'OSError',
    traceback: [`  in the rehearsal: ${message}\n`],
    current_inputs: {},
    current_outputs: [],
  };
}

function clientOf(job: Job): string | null {
  return typeof job.extra.client_id === 'string' ? job.extra.client_id : null;
}

function links(graph: Graph, id: string): [string, string, number][] {
  return Object.entries(graph[id]?.inputs ?? {}).flatMap(([name, value]) =>
    Array.isArray(value) ? [[name, String(value[0]), Number(value[1])]] : [],
  );
}

/** Only what the outputs need, dependencies first. */
function executionOrder(graph: Graph, outputs: string[]): string[] {
  const order: string[] = [];
  const entered = new Set<string>();
  const visit = (id: string) => {
    if (entered.has(id)) return;
    entered.add(id);
    for (const [, from] of links(graph, id)) visit(from);
    order.push(id);
  };
  for (const id of outputs) visit(id);
  return order;
}

function resolved(graph: Graph, id: string, results: Map<string, NodeResult>) {
  const inputs = { ...graph[id]?.inputs };
  for (const [name, from, slot] of links(graph, id))
    inputs[name] = results.get(from)?.outputs[slot];
  return inputs;
}

/** What a node's result depends on: its class, its values, and the same of what it is linked to. */
function signature(graph: Graph, id: string): string {
  const node = graph[id];
  const own = Object.entries(node?.inputs ?? {}).map(([name, value]) =>
    Array.isArray(value) ? [name, signature(graph, String(value[0])), value[1]] : [name, value],
  );
  return JSON.stringify([node?.class_type, own.sort()]);
}

function described(states: Record<string, NodeState>, promptId: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(states).map(([id, state]) => [
      id,
      {
        ...state,
        ...{ node_id: id, prompt_id: promptId, display_node_id: id },
        ...{ parent_node_id: null, real_node_id: id },
      },
    ]),
  );
}

/** An id of a run, as the server gives it where the client has none. */
export const newPromptId = (): string => randomUUID();
