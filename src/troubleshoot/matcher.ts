import { type Automaton, buildAutomaton } from './automaton.ts';
import { requiredLiterals } from './literals.ts';
import type { FailureClass, Pattern } from './types.ts';

/** One pattern of one class, ready to be tried. */
export interface Candidate {
  code: string;
  pattern: Pattern;
}

/** Every pattern of a catalogue, with the automaton that says on which lines to try it. */
export interface Matcher {
  automaton: Automaton;
  /** By literal: the candidates that need it. */
  byLiteral: Candidate[][];
}

export function buildMatcher(classes: FailureClass[]): Matcher {
  const candidates = classes.flatMap(({ code, patterns }) =>
    patterns.map((pattern) => ({
      code,
      pattern: pattern instanceof RegExp ? { line: pattern } : pattern,
    })),
  );
  const byText = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const literal of requiredLiterals(candidate.pattern.line)) {
      const list = byText.get(literal);
      if (list) list.push(candidate);
      else byText.set(literal, [candidate]);
    }
  }
  return {
    automaton: buildAutomaton([...byText.keys()]),
    byLiteral: [...byText.values()],
  };
}
