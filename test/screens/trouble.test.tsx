import type { ReactNode } from 'react';
import { describe, expect, test } from 'vitest';
import { BundleScreen } from '../../screens/bundle.tsx';
import { FailureScreen } from '../../screens/failure.tsx';
import { FixScreen } from '../../screens/fix.tsx';
import { cells } from '../../screens/kit/cells.ts';
import { LogAtLineScreen } from '../../screens/log-at-line.tsx';
import { CausesScreen } from '../../screens/other-causes.tsx';
import type { Subject } from '../../screens/state/trouble.ts';
import { AskTextScreen, TroubleshootScreen } from '../../screens/troubleshoot.tsx';
import type { FixPlan, Offer } from '../../src/troubleshoot/fixes/types.ts';
import { diskFull, facts, manualOffer, offers, proof } from './data/trouble.ts';
import { type Rendered, renderScreen } from './render.ts';

const nothing = () => {};
const none = {
  onOffer: nothing,
  onProof: nothing,
  onCauses: nothing,
  onReport: nothing,
  onCopy: nothing,
  onAgain: nothing,
  onBack: nothing,
  onQuit: nothing,
};
const place = 'run c2d1  studio-3090';
const failure = (more: Partial<Parameters<typeof FailureScreen>[0]> = {}) => (
  <FailureScreen
    {...none}
    left={place}
    right={[{ text: 'FAILED 38 m 14 s', tone: 'fail' }]}
    facts={facts}
    others={[diskFull]}
    offers={offers}
    status={null}
    {...more}
  />
);
const clock = { monotonicMs: () => 10_000 };
const fixOf = (offer: Offer, more: Partial<Parameters<typeof FixScreen>[0]> = {}) => (
  <FixScreen
    offer={offer}
    place={place}
    problem={null}
    said={[]}
    clock={clock}
    onApply={nothing}
    onBack={nothing}
    {...more}
  />
);
const [removal, choice, again] = offers as [Offer, Offer, Offer];

const screens: Record<string, { node: ReactNode; says: (string | RegExp)[] }> = {
  failure: {
    node: failure(),
    says: [
      'FAILED 38 m 14 s',
      /0\.2 GB free/,
      /no (> )?space left/,
      'Kept',
      'Remove',
      '14.2 GB',
      'b ',
    ],
  },
  'failure, being looked at': {
    node: failure({ offers: null }),
    says: ['Looking at what can be done here', 'FAILED'],
  },
  'a removal': { node: fixOf(removal), says: ['cannot be undone', '6.1 GB', 'y do it', 'Esc'] },
  'another answer': { node: fixOf(choice), says: ['openmmlab -> onnx', 'Enter do it'] },
  'by hand': { node: fixOf(manualOffer), says: ['docker system df', 'Esc'] },
  'other causes': {
    node: <CausesScreen place={place} causes={[diskFull]} onBack={nothing} />,
    says: ['disk-full-export', 'likely'],
  },
  'the log at the line': {
    node: <LogAtLineScreen place={place} proof={proof} read={async () => null} onBack={nothing} />,
    says: [/> 41207 /, /no (> )?space left/],
  },
  'what failed': {
    node: <TroubleshootScreen problem={null} onChoose={nothing} onBack={nothing} />,
    says: ['What failed?', 'A log file', 'A container'],
  },
  report: {
    node: (
      <BundleScreen
        place={place}
        draft={{
          files: [{ name: 'doctor.json', bytes: 4_200, what: 'checks of this machine', text: '' }],
          missing: [{ name: 'container.log', why: 'The run has no such log.' }],
          path: '/home/mia/steadydancer-report.tar.gz',
        }}
        problem={null}
        onWrite={nothing}
        onBack={nothing}
      />
    ),
    says: ['doctor.json', 'container.log', 'y write it'],
  },
};
const sizes = [
  [80, 24],
  [120, 40],
  [40, 15],
] as const;

describe.each(Object.entries(screens))('%s', (_name, { node, says }) => {
  test.each(sizes)(
    'at %i x %i: fits, says what it must, keys in the last row',
    async (columns, rows) => {
      const screen = await renderScreen(node, { columns, rows });
      const lines = await screen.lines();
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
      const text = lines.join('\n').replace(/\s+/g, ' ');
      for (const said of says) {
        // A narrow row is cut: there its beginning has to be.
        if (columns >= 80) expect(text).toMatch(said);
      }
      expect(lines.at(-1)).toMatch(/Esc|q/);
      expect(screen.flicker).toEqual({ clears: 0, tall: 0 });
      await screen.unmount();
    },
  );

  test('a screen reader gets every word of it', async () => {
    const env = { LANG: 'C.UTF-8', TERM: 'xterm', INK_SCREEN_READER: 'true' };
    const screen = await renderScreen(node, { columns: 100, rows: 60, env });
    const text = (await screen.text()).replace(/\s+/g, ' ');
    for (const said of says) expect(text).toMatch(said);
    await screen.unmount();
  });
});

/** One key, and what it draws: several at once are a paste. */
async function press(screen: Rendered, key: string): Promise<void> {
  screen.type(key);
  await screen.text();
}

describe('keys', () => {
  test('a removal is y and nothing else; Enter, held or not, does nothing', async () => {
    const applied: string[] = [];
    const screen = await renderScreen(fixOf(removal, { onApply: () => applied.push('y') }));
    await screen.waitFor('y do it');
    for (const key of ['\r', '\r', 'p']) await press(screen, key);
    await screen.waitFor('steadydancer clean --cache');
    expect(applied).toEqual([]);
    screen.type('y');
    await expect.poll(() => applied).toEqual(['y']);
    await screen.unmount();
  });

  test('all objects are one key away, the rest is summed', async () => {
    const screen = await renderScreen(fixOf(removal), { columns: 80, rows: 15 });
    await screen.waitFor(/\d+ smaller ones/);
    screen.type('a');
    await screen.waitFor('more rows');
    await screen.unmount();
  });

  test('a fix that asks takes a text first, then acts with it', async () => {
    const asks: FixPlan = {
      ...(removal.plan as FixPlan),
      ask: { label: 'Folder for the models', proposals: [] },
    };
    const answers: (string | undefined)[] = [];
    const onApply = (answer?: string) => void answers.push(answer);
    const screen = await renderScreen(fixOf({ ...removal, plan: asks }, { onApply }));
    screen.type('/data/y');
    await screen.waitFor('/data/y');
    screen.type('\r');
    await screen.waitFor('y do it');
    screen.type('y');
    await expect.poll(() => answers).toEqual(['/data/y']);
    await screen.unmount();
  });

  test('the failure page leads to fix, log, causes, report and copy', async () => {
    const went: string[] = [];
    const to = (where: string) => () => void went.push(where);
    const screen = await renderScreen(
      failure({
        onOffer: (offer) => went.push(offer.plan?.id ?? ''),
        onProof: to('log'),
        onCauses: to('causes'),
        onReport: to('report'),
        onCopy: (text) => went.push(text.split('\n')[0] ?? ''),
      }),
    );
    await screen.waitFor('What next?');
    for (const key of ['l', 'm', 'b', 'c', '\r']) await press(screen, key);
    await expect.poll(() => went.length).toBe(5);
    expect(went).toEqual([
      'log',
      'causes',
      'report',
      `${diskFull.title} [disk-full-export]`,
      removal.plan?.id,
    ]);
    await screen.unmount();
  });

  test('a pasted text is read after an empty line', async () => {
    const subjects: Exclude<Subject, { kind: 'run' }>[] = [];
    const screen = await renderScreen(
      <AskTextScreen problem={null} onSubject={(one) => subjects.push(one)} onBack={nothing} />,
    );
    screen.type('\x1b[200~line one\nCUDA error: out of memory\x1b[201~');
    await screen.waitFor('2 lines');
    screen.type('\r');
    await expect.poll(() => subjects).toHaveLength(1);
    expect(subjects[0]).toEqual({ kind: 'text', text: 'line one\nCUDA error: out of memory\n' });
    await screen.unmount();
  });

  test('what changes nothing may be Enter, and says that nothing is changed', async () => {
    const applied: string[] = [];
    let now = 0;
    const passing = { monotonicMs: () => now };
    const screen = await renderScreen(
      fixOf(again, { clock: passing, onApply: () => applied.push('again') }),
    );
    await screen.waitFor('Nothing is changed.');
    await press(screen, '\r');
    expect(applied).toEqual([]);
    now = 5_000;
    await press(screen, '\r');
    // Nothing followed it for a while: it was a press, not a key held down.
    now = 6_000;
    await expect.poll(() => applied).toEqual(['again']);
    await screen.unmount();
  });
});
