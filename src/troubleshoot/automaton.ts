const NEWLINE = 10;
const ESCAPE = 27;

/**
 * Aho-Corasick over bytes: one pass finds every literal, without regard to case. A state is the
 * offset of its row in `table`; rows from `special` on mean that something ended at this byte.
 */
export interface Automaton {
  /** Next state: `table[state + classes[byte]]`. */
  table: Int32Array;
  classes: Uint8Array;
  root: number;
  special: number;
  /** The state after a newline; its row is the root's. */
  newline: number;
  /** Literals that end in a state, by the state's offset. */
  ends: Map<number, number[]>;
  /** The number that stands for an escape character in `ends`. */
  escapeLiteral: number;
}

export function buildAutomaton(literals: string[]): Automaton {
  const classes = new Uint8Array(256);
  let width = 1;
  const classOf = (byte: number) => {
    classes[byte] ||= width++;
    return classes[byte];
  };
  const newlineClass = classOf(NEWLINE);
  const escapeClass = classOf(ESCAPE);
  const bytes = literals.map((literal) => [...Buffer.from(literal.toLowerCase(), 'utf8')]);
  for (const byte of bytes.flat()) classOf(byte);
  for (let byte = 65; byte <= 90; byte++) classes[byte] = classes[byte + 32] as number;

  const trie: Map<number, number>[] = [new Map()];
  const outputs: number[][] = [[]];
  const add = (path: number[], literal: number) => {
    let node = 0;
    for (const step of path) {
      let next = trie[node]?.get(step);
      if (next === undefined) {
        next = trie.length;
        trie.push(new Map());
        outputs.push([]);
        trie[node]?.set(step, next);
      }
      node = next;
    }
    outputs[node]?.push(literal);
  };
  bytes.forEach((path, literal) => {
    add(
      path.map((byte) => classes[byte] as number),
      literal,
    );
  });
  const escapeLiteral = literals.length;
  add([escapeClass], escapeLiteral);
  add([newlineClass], -1);

  return { ...numberStates(trie, outputs, width, newlineClass), classes, escapeLiteral };
}

function numberStates(
  trie: Map<number, number>[],
  outputs: number[][],
  width: number,
  newlineClass: number,
): Omit<Automaton, 'classes' | 'escapeLiteral'> {
  const count = trie.length;
  const go = new Int32Array(count * width);
  const fail = new Int32Array(count);
  const queue: number[] = [];
  for (const [step, node] of trie[0] as Map<number, number>) {
    go[step] = node;
    queue.push(node);
  }
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    const back = fail[node] as number;
    outputs[node]?.push(...(outputs[back] as number[]));
    go.copyWithin(node * width, back * width, back * width + width);
    for (const [step, next] of trie[node] as Map<number, number>) {
      fail[next] = go[back * width + step] as number;
      go[node * width + step] = next;
      queue.push(next);
    }
  }
  const newlineNode = trie[0]?.get(newlineClass) as number;
  const order = [...Array(count).keys()].sort((a, b) => rank(a) - rank(b));
  function rank(node: number): number {
    return node === newlineNode ? 2 : (outputs[node]?.length ?? 0) > 0 ? 1 : 0;
  }
  const offsetOf = new Int32Array(count);
  order.forEach((node, position) => {
    offsetOf[node] = position * width;
  });
  const table = new Int32Array(count * width);
  const ends = new Map<number, number[]>();
  for (const node of order) {
    const offset = offsetOf[node] as number;
    for (let step = 0; step < width; step++) {
      table[offset + step] = offsetOf[go[node * width + step] as number] as number;
    }
    if (node !== newlineNode && rank(node) === 1) ends.set(offset, outputs[node] as number[]);
  }
  const firstSpecial = order.find((node) => rank(node) > 0) as number;
  return {
    table,
    root: offsetOf[0] as number,
    special: offsetOf[firstSpecial] as number,
    newline: offsetOf[newlineNode] as number,
    ends,
  };
}
