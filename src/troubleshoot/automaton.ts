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
  const bytes = literals.map((literal) => Buffer.from(literal.toLowerCase(), 'utf8'));
  for (const byte of [NEWLINE, ESCAPE, ...bytes.flatMap((word) => [...word])]) {
    classes[byte] ||= width++;
  }
  for (let byte = 65; byte <= 90; byte++) classes[byte] = classes[byte + 32] as number;

  const most = bytes.reduce((sum, word) => sum + word.length, 3);
  const go = new Int32Array(most * width);
  const ends: number[][] = [[]];
  const add = (word: Iterable<number>): number => {
    let node = 0;
    for (const byte of word) {
      const edge = node * width + (classes[byte] as number);
      if (go[edge] === 0) {
        go[edge] = ends.length;
        ends.push([]);
      }
      node = go[edge] as number;
    }
    return node;
  };
  const escapeLiteral = literals.length;
  bytes.forEach((word, literal) => {
    ends[add(word)]?.push(literal);
  });
  ends[add([ESCAPE])]?.push(escapeLiteral);
  const newlineNode = add([NEWLINE]);
  connect(go, ends, width);
  return { ...sortStates(go, ends, width, newlineNode), classes, escapeLiteral };
}

/** Turns the tree of literals into an automaton: each missing edge becomes that of the longest suffix. */
function connect(go: Int32Array, ends: number[][], width: number): void {
  const fail = new Int32Array(ends.length);
  const queue = [0];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    const back = fail[node] as number;
    if (node !== 0) ends[node]?.push(...(ends[back] as number[]));
    for (let step = 0; step < width; step++) {
      const child = go[node * width + step] as number;
      const beside = node === 0 ? 0 : (go[back * width + step] as number);
      if (child === 0) {
        go[node * width + step] = beside;
        continue;
      }
      fail[child] = beside;
      queue.push(child);
    }
  }
}

/** Numbers the states anew, plain ones first, so that one comparison tells the special ones. */
function sortStates(
  go: Int32Array,
  literalEnds: number[][],
  width: number,
  newlineNode: number,
): Omit<Automaton, 'classes' | 'escapeLiteral'> {
  const rank = (node: number) =>
    node === newlineNode ? 2 : (literalEnds[node]?.length ?? 0) > 0 ? 1 : 0;
  const order = literalEnds.map((_, node) => node).sort((a, b) => rank(a) - rank(b));
  const offsetOf = new Int32Array(order.length);
  order.forEach((node, position) => {
    offsetOf[node] = position * width;
  });
  const table = new Int32Array(order.length * width);
  const ends = new Map<number, number[]>();
  for (const node of order) {
    const offset = offsetOf[node] as number;
    for (let step = 0; step < width; step++) {
      table[offset + step] = offsetOf[go[node * width + step] as number] as number;
    }
    if (rank(node) === 1) ends.set(offset, literalEnds[node] as number[]);
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
