// Validation of a graph as ComfyUI does it, with its words. Source: execution.py of
// Comfy-Org/ComfyUI v0.3.64 (validate_prompt, validate_inputs); recordings bad_* in
// test/fixtures/comfyui-0.3.64.
import type { ClassInfo, InputSpec } from './node-classes.ts';

export interface GraphNode {
  class_type: string;
  inputs: Record<string, unknown>;
}
export type Graph = Record<string, GraphNode>;

export interface Reason {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}
export interface NodeError {
  errors: Reason[];
  dependent_outputs: string[];
  class_type: string;
}
export interface Verdict {
  /** Outputs that can be rendered; empty when the graph is refused. */
  outputs: string[];
  error: Reason | null;
  nodeErrors: Record<string, NodeError>;
}

type Classes = Record<string, ClassInfo>;
type Link = [string, number];

/** Checks the whole graph; values of the wrong type are converted in place, as the original does. */
export function validateGraph(graph: Record<string, unknown>, classes: Classes): Verdict {
  for (const [id, node] of Object.entries(graph)) {
    const classType = (node as Partial<GraphNode> | null)?.class_type;
    if (typeof classType !== 'string') {
      return refused(
        'invalid_prompt',
        'Cannot execute because a node is missing the class_type property.',
        `Node ID '#${id}'`,
      );
    }
    if (!classes[classType]) {
      const message = `Cannot execute because node ${classType} does not exist.`;
      return refused('invalid_prompt', message, `Node ID '#${id}'`);
    }
  }
  const known = graph as Graph;
  const outputs = Object.keys(known).filter(
    (id) => classes[known[id]?.class_type ?? '']?.output_node,
  );
  if (outputs.length === 0) return refused('prompt_no_outputs', 'Prompt has no outputs', '');
  return validateOutputs(known, outputs, classes);
}

function refused(type: string, message: string, details: string): Verdict {
  return { outputs: [], error: { type, message, details, extra_info: {} }, nodeErrors: {} };
}

function validateOutputs(graph: Graph, outputs: string[], classes: Classes): Verdict {
  const good: string[] = [];
  const lines: string[] = [];
  const nodeErrors: Record<string, NodeError> = {};
  const seen = new Map<string, Checked>();
  for (const output of outputs) {
    const checked = checkNode(graph, output, classes, seen);
    if (checked.valid) {
      good.push(output);
      continue;
    }
    lines.push(...checked.reasons.map((reason) => `${reason.message}: ${reason.details}`));
    for (const [id, { valid, reasons }] of seen) {
      const classType = graph[id]?.class_type;
      if (valid || reasons.length === 0 || classType === undefined) continue;
      nodeErrors[id] ??= { errors: reasons, dependent_outputs: [], class_type: classType };
      nodeErrors[id].dependent_outputs.push(output);
    }
  }
  if (good.length > 0) return { outputs: good, error: null, nodeErrors };
  const message = 'Prompt outputs failed validation';
  return {
    ...refused('prompt_outputs_failed_validation', message, lines.join('\n')),
    nodeErrors,
  };
}

interface Checked {
  valid: boolean;
  reasons: Reason[];
}

function checkNode(
  graph: Graph,
  id: string,
  classes: Classes,
  seen: Map<string, Checked>,
): Checked {
  const before = seen.get(id);
  if (before) return before;
  const checked: Checked = { valid: true, reasons: [] };
  // Entered before its inputs are looked at, so that a graph with a cycle ends.
  seen.set(id, checked);
  const node = graph[id] as GraphNode;
  const { required, optional = {} } = (classes[node.class_type] as ClassInfo).input;
  const inputs = node.inputs ?? {};
  for (const [name, spec] of Object.entries({ ...required, ...optional })) {
    const value = inputs[name];
    if (value === undefined) {
      if (!(name in required)) continue;
      const message = 'Required input is missing';
      checked.reasons.push(reason('required_input_missing', message, name, { input_name: name }));
    } else if (Array.isArray(value)) {
      const problem = checkLink(graph, classes, { name, spec, value });
      if (problem) {
        checked.reasons.push(problem);
        if (problem.type === 'exception_during_validation') break;
      } else if (!checkNode(graph, String(value[0]), classes, seen).valid) checked.valid = false;
    } else {
      const problem = checkValue(inputs, name, spec);
      if (problem) checked.reasons.push(problem);
    }
  }
  if (checked.reasons.length > 0) checked.valid = false;
  return checked;
}

function checkLink(
  graph: Graph,
  classes: Classes,
  { name, spec, value }: { name: string; spec: InputSpec; value: unknown[] },
): Reason | null {
  if (value.length !== 2) {
    const details = `${name}, received_value: ${JSON.stringify(value)}`;
    return reason(
      'bad_linked_input',
      'Bad linked input, must be a length-2 list of [node_id, slot_index]',
      details,
      {
        ...{ input_name: name, input_config: spec, received_value: value },
      },
    );
  }
  const [from, slot] = value as Link;
  const source = graph[from];
  if (!source) {
    return reason('exception_during_validation', 'Exception when validating node', `'${from}'`, {
      exception_type: 'KeyError',
      traceback: ['  in the rehearsal: the linked node is not in the graph\n'],
    });
  }
  const received = classes[source.class_type]?.output[slot] ?? '*';
  if (received === spec[0]) return null;
  const details = `${name}, received_type(${received}) mismatch input_type(${String(spec[0])})`;
  return reason('return_type_mismatch', 'Return type mismatch between linked nodes', details, {
    ...{ input_name: name, input_config: spec, received_type: received, linked_node: value },
  });
}

function checkValue(inputs: Record<string, unknown>, name: string, spec: InputSpec): Reason | null {
  const [type, limits = {}] = spec;
  let value = inputs[name];
  const info = { input_name: name, input_config: spec };
  if (type === 'INT' || type === 'FLOAT') {
    const number = Number(value);
    if (!Number.isFinite(number)) {
      const message = `Failed to convert an input value to a ${type} value`;
      const details = `${name}, ${String(value)}, invalid literal: '${String(value)}'`;
      return reason('invalid_input_type', message, details, { ...info, received_value: value });
    }
    value = type === 'INT' ? Math.trunc(number) : number;
  } else if (type === 'STRING') value = String(value);
  inputs[name] = value;
  const { min, max } = limits as { min?: number; max?: number };
  const extra = { ...info, received_value: value };
  if (min !== undefined && (value as number) < min) {
    const message = `Value ${value} smaller than min of ${min}`;
    return reason('value_smaller_than_min', message, name, extra);
  }
  if (max !== undefined && (value as number) > max) {
    const message = `Value ${value} bigger than max of ${max}`;
    return reason('value_bigger_than_max', message, name, extra);
  }
  if (Array.isArray(type) && !type.includes(String(value))) {
    const list =
      type.length > 20
        ? `(list of length ${type.length})`
        : `[${type.map((item) => `'${item}'`).join(', ')}]`;
    const details = `${name}: '${value}' not in ${list}`;
    return reason('value_not_in_list', 'Value not in list', details, extra);
  }
  return null;
}

function reason(
  type: string,
  message: string,
  details: string,
  extra_info: Record<string, unknown>,
): Reason {
  return { type, message, details, extra_info };
}
