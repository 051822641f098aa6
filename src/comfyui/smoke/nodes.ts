import { classTypes } from '../graph.ts';
import { importFailureWords } from '../import-failures.ts';
import { attentionProblem } from './attention.ts';
import { listed, ok, type SmokeLevelDefinition, smokeFailure } from './context.ts';

const AT_ONCE = 4;

export const nodes: SmokeLevelDefinition = {
  id: 'nodes',
  needs: ['reachable'],
  deadlineMs: 60_000,
  async check({ client, graph, classes, importFailures, attention }, signal) {
    const wanted = classTypes(graph);
    const missing: string[] = [];
    const waiting = [...wanted];
    const askOne = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const info = await client.nodeClass(name, { signal });
        if (info) classes.set(name, info);
        else missing.push(name);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askOne));
    if (missing.length > 0) {
      const ordered = wanted.filter((name) => missing.includes(name));
      const first = importFailures[0];
      const why = first ? ` ${importFailureWords(first)}` : '';
      throw smokeFailure(
        'smoke-node-missing',
        `${missing.length} of ${wanted.length} node classes are missing: ${listed(ordered)}.${why}`,
        first?.why || `GET /object_info/${ordered[0]} gave {}`,
      );
    }
    const otherwise = attention && attentionProblem(graph, classes, attention);
    if (otherwise) throw smokeFailure('smoke-attention-other', otherwise);
    return ok(`All ${wanted.length} node classes of the workflow are there.`);
  },
};
