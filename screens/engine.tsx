import { useState } from 'react';
import { type EngineRoad, engineRoads, shownCommand } from '../src/machine/engine-roads.ts';
import type { Host, MissingEngine } from '../src/machine/types.ts';
import { cells, wrapWords } from './kit/cells.ts';
import { type Choice, ChoiceList, choiceRows } from './kit/choice-list.tsx';
import { bodyRows, Frame } from './kit/frame.tsx';
import type { KeyHint } from './kit/key-line.ts';
import { useKeys } from './kit/keys.ts';
import { type Line, Rows } from './kit/row.tsx';
import { Scroll } from './kit/scroll.tsx';
import { useSurroundings } from './kit/surroundings.tsx';
import { usePlace } from './steps.tsx';
import { words } from './words.ts';

interface EngineScreenProps {
  host: Host;
  engine: MissingEngine;
  /** Why the last road did not lead to an engine. */
  problem: string | null;
  active?: boolean;
  onRoad: (road: EngineRoad) => void;
  onAgain: () => void;
  onBack: () => void;
}

export const engineKeys: readonly KeyHint[] = [
  { key: 'Enter', does: words.keys.choose },
  { key: 'Up/Down', does: '', optional: true },
  { key: 'r', does: words.keys.again },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: '' },
];

/** What keeps Docker from answering here, and the roads to an engine that does. */
export function EngineScreen(props: EngineScreenProps) {
  const { host, engine, problem, active = true } = props;
  const { columns, rows, theme } = useSurroundings();
  const place = usePlace(words.machine.place);
  const roads = engineRoads(host, engine);
  const [focused, setFocused] = useState<string>(idOf(0));
  useKeys((key) => {
    if (key === 'escape') props.onBack();
    else if (key === 'r') props.onAgain();
  }, active);
  const width = columns - 2;
  const room = bodyRows(rows, false);
  const head = headLines(engine, problem, width);
  const road = roads.find((_, index) => idOf(index) === focused) ?? null;
  const choices = choicesOf(roads);
  const wanted = choiceRows(choices, width, theme);
  const listRows = Math.max(1, Math.min(wanted, room - Math.min(head.length, room - 3)));
  const below = road ? commandLines(road, width) : [];
  const choose = (id: string) => {
    const chosen = roads.find((_, index) => idOf(index) === id);
    if (chosen?.walks === 'here') props.onRoad(chosen);
    else props.onAgain();
  };
  if (engine.state === 'cannot-run-here') {
    return (
      <Frame left={place} right={podLine(host)} keys={elsewhereKeys}>
        <Scroll
          lines={elsewhereLines(host, engine, width)}
          rows={room}
          more={words.root.more}
          active={active}
        />
      </Frame>
    );
  }
  const left = room - listRows;
  return (
    <Frame left={place} keys={engineKeys}>
      <Rows lines={head.slice(0, left)} />
      <ChoiceList
        choices={choices}
        rows={listRows}
        active={active}
        onFocus={setFocused}
        onChoose={choose}
      />
      <Rows lines={below.slice(0, Math.max(0, left - head.length))} />
    </Frame>
  );
}

function idOf(index: number): string {
  return `road-${index}`;
}

function choicesOf(roads: readonly EngineRoad[]): Choice<string>[] {
  const again = { id: 'again', label: words.engine.again, note: words.engine.againNote };
  const listed = roads.map(({ title, note }, index) => ({ id: idOf(index), label: title, note }));
  return [...listed, again];
}

function headLines(engine: MissingEngine, problem: string | null, width: number): Line[] {
  const sentence = wrapWords(engine.sentence, width).map(
    (text): Line => [{ text, tone: 'strong' }],
  );
  // What was tried last says more than what was seen before it.
  const why = problem
    ? wrapWords(problem, width).map((text): Line => [{ text, tone: 'fail' }])
    : wrapWords(`${words.failure.proof}: ${engine.proof}`, width).map(
        (text): Line => [{ text, tone: 'quiet' }],
      );
  return [...sentence, ...why, '', [{ text: words.engine.roads }]];
}

/** A command is complete; it may be wrapped here, and is one line of a shell. */
function commandLines(road: EngineRoad, width: number): Line[] {
  // A label that says all: whole here, where its row may be cut.
  if (road.commands.length === 0) return ['', ...wrapWords(road.title, width)];
  const { commands, commandsHere, byYou } = words.engine;
  const title = road.walks === 'tell' ? byYou : road.root ? commands : commandsHere;
  const titles = wrapWords(title, width).map((text): Line => [{ text, tone: 'quiet' }]);
  return ['', ...titles, ...roadCommandLines(road, width)];
}

export function roadCommandLines({ commands, walks }: EngineRoad, width: number): Line[] {
  const isRoot = process.getuid?.() === 0;
  return commands.flatMap((command) => {
    // Told to a person: the shell line itself, not what would be needed to start a shell with it.
    const text = walks === 'tell' ? (command.argv.at(-1) ?? '') : shownCommand(command, isRoot);
    return wrapWords(text, width - 4).map(
      (line, index): Line => [{ text: `${index === 0 ? '  ' : '    '}${line}` }],
    );
  });
}

const elsewhereKeys: readonly KeyHint[] = [
  { key: 'r', does: words.keys.again },
  { key: 'Esc', does: words.keys.back },
  { key: '?', does: '' },
  { key: 'q', does: words.keys.leave },
];

function podLine({ podId }: Host): Line {
  return podId === null ? '' : [{ text: words.engine.pod(podId), tone: 'quiet' }];
}

/** A11: why Docker cannot run here, what works without it, and what to do where it does. */
function elsewhereLines(host: Host, engine: MissingEngine, width: number): Line[] {
  const { elsewhere } = words.engine;
  const wrapped = (text: string) => wrapWords(text, width);
  const command = (text: string, does: string): Line[] => {
    const first: Line = [{ text: `  ${text}`, tone: 'accent' }];
    const room = width - cells(text) - 5;
    return room >= cells(does) ? [[...first, { text: `   ${does}` }]] : [first, `      ${does}`];
  };
  const fix = engine.fixes[0];
  const there =
    host.container === 'pod'
      ? [...wrapped(elsewhere.onYours), '', ...command(fix?.command ?? '', ''), '']
      : wrapped(fix?.label ?? '');
  return [
    ...wrapped(engine.sentence).map((text): Line => [{ text, tone: 'strong' }]),
    '',
    [{ text: elsewhere.here, tone: 'strong' }],
    ...elsewhere.commands.flatMap(([text, does]) => command(text, does)),
    '',
    ...there,
    ...(host.container === 'pod' ? wrapped(elsewhere.whatItDoes) : []),
  ];
}
