import { isShownCommand, plainLine, stripEscapes, withoutQuotedCommand } from './line.ts';
import { LineWindow } from './line-window.ts';
import { marks } from './marks.ts';
import type { Candidate, Matcher } from './matcher.ts';
import { isNoise } from './noise.ts';
import { Outcome } from './outcome.ts';
import type { Hit } from './types.ts';

const LINES_BELOW = 12;
/** Hits of one code that are kept from the beginning and from the end of a log. */
const KEPT_FIRST = 12;
const KEPT_LAST = 12;
const MAX_TRIES_WITH_CONTEXT = 400;
const LONG_LINE = 2000;
const OFTEN = 1000;
const REST = 16;

export interface HitList {
  first: Hit[];
  last: Hit[];
}

/** A hit whose pattern asks about its surroundings, waiting for the lines below it. */
interface Waiting {
  hit: Hit;
  around: string;
  below: number;
}

/**
 * Finds the lines of a log that match a catalogue, in one pass and in bounded memory: bytes go
 * through the automaton, only lines that hold a literal are decoded and tried.
 */
export class Scanner {
  readonly hits = new Map<string, HitList>();
  readonly outcome = new Outcome();
  /** Lines seen so far. */
  lines = 0;
  /** Set by readers of wrapped logs: the line of the file that the next lines came from. */
  fileLine: number | null = null;
  private readonly matcher: Matcher;
  private readonly window = new LineWindow();
  private state: number;
  private found: number[] = [];
  private waiting: Waiting[] = [];
  private readonly tries = new Map<string, number>();
  private readonly matches = new Map<Candidate, number>();
  /** 1 for literals that are looked at in every 16th line only. */
  private readonly tired: Uint8Array;
  private readonly counts = new Map<string, number>();

  constructor(matcher: Matcher) {
    this.matcher = matcher;
    this.state = matcher.automaton.root;
    this.tired = new Uint8Array(matcher.byLiteral.length);
  }

  write(chunk: Uint8Array): void {
    const { table, classes, special, newline, ends } = this.matcher.automaton;
    let index = this.window.append(chunk);
    const buffer = this.window.buffer;
    const end = this.window.length;
    let state = this.state;
    for (; index < end; index++) {
      state = table[state + (classes[buffer[index] as number] as number)] as number;
      if (state < special) continue;
      if (state === newline) this.endLine(index);
      else for (const literal of ends.get(state) as number[]) this.found.push(literal);
    }
    this.state = state;
  }

  end(): void {
    if (this.window.lineStart < this.window.length) this.endLine(this.window.length);
    for (const waiting of this.waiting) this.settle(waiting);
    this.waiting = [];
  }

  private endLine(index: number): void {
    this.lines += 1;
    if (this.waiting.length > 0) this.feedWaiting(this.window.textOfLine(index));
    if (this.found.length > 0) {
      this.tryLine(index);
      this.found.length = 0;
    }
    this.window.endLine(index);
  }

  private feedWaiting(text: string): void {
    for (const waiting of this.waiting) {
      waiting.around += `\n${stripEscapes(text)}`;
      waiting.below -= 1;
    }
    while (this.waiting[0] && this.waiting[0].below <= 0)
      this.settle(this.waiting.shift() as Waiting);
  }

  private tryLine(end: number): void {
    const hasEscapes = this.found.includes(this.matcher.automaton.escapeLiteral);
    const rested = this.lines % REST === 0;
    if (!hasEscapes && !rested && this.found.every((literal) => this.tired[literal] === 1)) return;
    const raw = this.window.textOfLine(end);
    const literals = hasEscapes ? this.literalsOf(stripEscapes(raw)) : this.found;
    const candidates = new Set<Candidate>();
    for (const literal of literals) {
      if (!rested && this.tired[literal] === 1) continue;
      for (const candidate of this.matcher.byLiteral[literal] ?? []) {
        if (rested || (this.matches.get(candidate) ?? 0) < OFTEN) candidates.add(candidate);
      }
    }
    if (candidates.size === 0) return;
    // Progress bars write over their line: each state of it is a line of its own here.
    for (const part of raw.includes('\r') ? raw.split('\r') : [raw]) {
      if (part !== '') this.tryPart(part, candidates);
    }
  }

  /** Literals of which every pattern matched very often are looked at in every 16th line only. */
  private count(candidate: Candidate): void {
    const matches = (this.matches.get(candidate) ?? 0) + 1;
    this.matches.set(candidate, matches);
    if (matches !== OFTEN) return;
    this.matcher.byLiteral.forEach((candidates, literal) => {
      const all = candidates.every((one) => (this.matches.get(one) ?? 0) >= OFTEN);
      this.tired[literal] = all ? 1 : 0;
    });
  }

  private tryPart(raw: string, candidates: Set<Candidate>): void {
    const { text, step } = plainLine(raw);
    if (isShownCommand(text)) return;
    const words = withoutQuotedCommand(text);
    let noise: boolean | undefined;
    for (const candidate of candidates) {
      const { code, pattern } = candidate;
      const match = pattern.line.exec(words);
      if (!match || pattern.unless?.test(words)) continue;
      this.count(candidate);
      // What ended well is still read from noise: a package that was set up heals its download.
      noise ??= isNoise(words);
      if (noise && code !== marks.progress) continue;
      const hit: Hit = {
        code,
        pattern,
        line: this.fileLine ?? this.lines,
        order: this.lines,
        text: excerpt(raw, match[0]),
        groups: match.slice(1),
        ...(step === undefined ? {} : { step }),
      };
      if (!pattern.near && !pattern.notNear) this.keep(hit);
      else this.wait(hit);
    }
  }

  private wait(hit: Hit): void {
    const tries = (this.tries.get(hit.code) ?? 0) + 1;
    this.tries.set(hit.code, tries);
    if (tries > MAX_TRIES_WITH_CONTEXT) return;
    const around = `${stripEscapes(this.window.textAbove())}\n${stripEscapes(hit.text)}`;
    this.waiting.push({ hit, around, below: LINES_BELOW });
  }

  private settle({ hit, around }: Waiting): void {
    if (hit.pattern.near && !hit.pattern.near.test(around)) return;
    if (hit.pattern.notNear?.test(around)) return;
    this.keep(hit);
  }

  private keep(hit: Hit): void {
    if (hit.code.startsWith('~')) {
      this.outcome.note(hit);
      return;
    }
    const count = (this.counts.get(hit.code) ?? 0) + 1;
    this.counts.set(hit.code, count);
    let list = this.hits.get(hit.code);
    if (!list) {
      list = { first: [], last: [] };
      this.hits.set(hit.code, list);
    }
    if (list.first.length < KEPT_FIRST) list.first.push(hit);
    else {
      list.last.push(hit);
      if (list.last.length > KEPT_LAST) list.last.shift();
    }
  }

  private literalsOf(text: string): number[] {
    const { table, classes, root, special, ends } = this.matcher.automaton;
    const found: number[] = [];
    let state = root;
    for (let index = 0; index < text.length; index++) {
      state = table[state + (classes[text.charCodeAt(index) & 255] as number)] as number;
      if (state >= special) found.push(...(ends.get(state) ?? []));
    }
    return found;
  }
}

/** A very long line is kept around what matched. */
function excerpt(raw: string, matched: string): string {
  if (raw.length <= LONG_LINE) return raw;
  const at = Math.max(0, raw.indexOf(matched));
  return raw.slice(Math.max(0, at - LONG_LINE / 4), at + LONG_LINE);
}
