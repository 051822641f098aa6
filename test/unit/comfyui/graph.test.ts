import { describe, expect, it } from 'vitest';
import { classTypes, nodeTitle, parseGraph } from '../../../src/comfyui/graph.ts';
import { refusal } from '../../../src/comfyui/refusal.ts';
import { jsonOf } from './recordings.ts';

const node = { class_type: 'SaveImage', inputs: { images: ['2', 0] } };

describe('parseGraph', () => {
  it('reads a graph in API format, also inside the body of a request', () => {
    expect(parseGraph(JSON.stringify({ 1: node }), 'a.json')).toEqual({ 1: node });
    expect(parseGraph(JSON.stringify({ prompt: { 1: node } }), 'a.json')).toEqual({ 1: node });
    expect(classTypes({ 1: node, 2: node })).toEqual(['SaveImage']);
    expect(nodeTitle({ 1: { ...node, _meta: { title: 'Keep' } } }, '1')).toBe('Keep');
  });

  it.each([
    ['{', 'workflow-not-json'],
    ['{"nodes":[],"links":[]}', 'workflow-editor-format'],
    ['{}', 'workflow-not-a-graph'],
    ['[]', 'workflow-not-a-graph'],
    ['{"1":{"inputs":{}}}', 'workflow-not-a-graph'],
  ])('%s is %s', (text, code) => {
    expect(() => parseGraph(text, 'a.json')).toThrow(expect.objectContaining({ code }));
  });
});

describe('a refused graph', () => {
  const refused = (json: { error: never; node_errors: never }) =>
    refusal({}, { accepted: false, error: json.error, nodeErrors: json.node_errors });

  it('names a missing class in the words of both versions', () => {
    expect(refused(jsonOf('bad_missing_class'))).toMatchObject({
      code: 'smoke-node-missing',
      message: 'The server does not know the node class NoSuchNode.',
    });
    // Later ComfyUI (execution.py 04e2a91), as the facts quote it.
    const newer = {
      error: {
        type: 'missing_node_type',
        message: "Node 'NoSuchNode' not found. The custom node may not be installed.",
        details: "Node ID '#1'",
        extra_info: { node_id: '1', class_type: 'NoSuchNode', node_title: 'x' },
      },
      node_errors: {},
    };
    expect(refused(newer as never).message).toBe(
      'The server does not know the node class NoSuchNode.',
    );
  });

  it.each([
    ['bad_value_not_in_list', 'smoke-value-not-in-list', 'not-there.safetensors'],
    ['bad_missing_required', 'smoke-workflow-refused', 'Required input is missing'],
    ['bad_no_outputs', 'smoke-workflow-refused', 'Prompt has no outputs'],
  ])('%s is %s', (name, code, words) => {
    const failure = refused(jsonOf(name));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });
});
