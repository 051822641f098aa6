import { choicesOf } from '../choices-of.ts';
import type { Graph } from '../graph.ts';
import type { NodeClass } from '../schemas.ts';
import { listed, ok, type SmokeLevelDefinition, skip, smokeFailure } from './context.ts';

const modelFile = /\.(safetensors|sft|gguf|ckpt|pt|pth|bin|onnx)$/i;

export const models: SmokeLevelDefinition = {
  id: 'models',
  needs: ['nodes'],
  deadlineMs: 60_000,
  async check({ graph, client, classes }, signal) {
    for (const node of Object.values(graph)) {
      if (classes.has(node.class_type)) continue;
      const info = await client.nodeClass(node.class_type, { signal });
      if (info) classes.set(node.class_type, info);
    }
    const named = namedModels(graph, classes);
    if (named.length === 0) return skip('The workflow names no model files.');
    const absent = named.filter((model) => model.choices && !model.choices.includes(model.file));
    if (absent.length > 0) {
      const first = absent[0];
      throw smokeFailure(
        'smoke-model-missing',
        `${absent.length} of ${named.length} model files are not seen by the server: ${listed(absent.map((model) => model.file))}.`,
        first && `${first.classType}.${first.input} offers: ${listed(first.choices ?? [], 8)}`,
      );
    }
    return ok(`The server sees all ${named.length} model files of the workflow.`);
  },
};

interface NamedModel {
  classType: string;
  input: string;
  file: string;
  /** Null: the class does not list what there is. */
  choices: string[] | null;
}

/** Inputs whose value is the name of a model file. */
export function namedModels(graph: Graph, classes: Map<string, NodeClass>): NamedModel[] {
  const found: NamedModel[] = [];
  for (const { class_type: classType, inputs } of Object.values(graph)) {
    const info = classes.get(classType);
    for (const [input, value] of Object.entries(inputs)) {
      if (typeof value !== 'string' || !modelFile.test(value)) continue;
      const spec = info?.input.required[input] ?? info?.input.optional[input];
      found.push({ classType, input, file: value, choices: spec ? choicesOf(spec) : null });
    }
  }
  return found;
}
