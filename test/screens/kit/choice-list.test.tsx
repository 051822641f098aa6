import { expect, test } from 'vitest';
import { type Choice, ChoiceList } from '../../../screens/kit/choice-list.tsx';
import { renderScreen } from '../render.ts';

const choices: Choice<string>[] = [
  { id: 'fp8', label: 'fp8', note: 'recommended' },
  { id: 'fp16', label: 'fp16', impossible: 'memory 36 of 31 GB' },
  { id: 'gguf', label: 'gguf-q8_0', note: 'fits' },
];

async function list(rows = 10, columns = 80) {
  const chosen: string[] = [];
  const screen = await renderScreen(
    <ChoiceList choices={choices} rows={rows} onChoose={(id) => chosen.push(id)} />,
    { columns, rows: 12 },
  );
  return { chosen, screen };
}

test('the first is chosen by Enter alone', async () => {
  const { chosen, screen } = await list();
  screen.type('\r');
  await expect.poll(() => chosen).toEqual(['fp8']);
  await screen.unmount();
});

test('an impossible row can be looked at and says why, but Enter stays', async () => {
  const { chosen, screen } = await list();
  screen.type('\x1b[B');
  await screen.waitFor('❯ fp16');
  expect(await screen.text()).toContain('memory 36 of 31 GB');
  screen.type('\r');
  screen.type('\x1b[B');
  await screen.waitFor('❯ gguf');
  expect(chosen).toEqual([]);
  screen.type('\r');
  await expect.poll(() => chosen).toEqual(['gguf']);
  await screen.unmount();
});

test('j and k are letters, no arrows', async () => {
  const { screen } = await list();
  screen.type('j');
  screen.type('\x1b[A');
  await screen.waitFor('❯ gguf');
  await screen.unmount();
});

test('the focused row stays in sight when there are too few rows', async () => {
  const { screen } = await list(1);
  screen.type('\x1b[B');
  await screen.waitFor('fp16');
  screen.type('\x1b[B');
  await screen.waitFor('❯ gguf');
  await screen.unmount();
});

test('rows keep their place while the focus moves', async () => {
  const { screen } = await list();
  const places = async () => (await screen.lines()).map((line) => line.slice(2, 10));
  const before = await places();
  screen.type('\x1b[B');
  await screen.waitFor('❯ fp16');
  expect(await places()).toEqual(before);
  await screen.unmount();
});
