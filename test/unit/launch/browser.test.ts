import { describe, expect, it } from 'vitest';
import { reachable } from '../../../src/launch/address.ts';
import { seatOf, wayToOpen } from '../../../src/launch/browser.ts';

const URL = 'http://127.0.0.1:8189';
const here = { platform: 'linux' as const, user: 'mia', host: 'atelier-2', wsl: false };

describe('wayToOpen', () => {
  it('gives the whole line for an ssh session, also on another port', () => {
    const env = { SSH_CONNECTION: '10.0.0.7 50022 10.0.0.2 22', DISPLAY: ':0' };
    expect(wayToOpen(URL, seatOf(env, here))).toEqual({
      kind: 'forward',
      line: 'ssh -L 8189:127.0.0.1:8189 mia@atelier-2',
    });
    const other = seatOf({ SSH_CONNECTION: '10.0.0.7 50022 10.0.0.2 2222' }, here);
    expect(wayToOpen(URL, other)).toMatchObject({
      line: 'ssh -p 2222 -L 8189:127.0.0.1:8189 mia@atelier-2',
    });
  });

  it('names the command that brings it here where the program was started by --on', () => {
    const env = { SSH_CONNECTION: '10.0.0.7 50022 10.0.0.2 22', STEADYDANCER_ON: 'mia@gpu-box' };
    expect(wayToOpen(URL, seatOf(env, here))).toEqual({
      kind: 'forward',
      line: 'steadydancer --on mia@gpu-box open',
    });
  });

  it("opens Windows' browser in WSL, the desktop's elsewhere, and none without a desktop", () => {
    const wsl = wayToOpen(URL, seatOf({}, { ...here, wsl: true }));
    expect(wsl).toMatchObject({
      kind: 'browser',
      commands: expect.arrayContaining([
        ['wslview', URL],
        ['cmd.exe', '/c', 'start', '', URL],
      ]),
    });
    expect(wayToOpen(URL, seatOf({ WAYLAND_DISPLAY: 'wayland-0' }, here))).toEqual({
      kind: 'browser',
      commands: [['xdg-open', URL]],
    });
    expect(wayToOpen(URL, seatOf({}, { ...here, platform: 'darwin' }))).toEqual({
      kind: 'browser',
      commands: [['open', URL]],
    });
    expect(wayToOpen(URL, seatOf({}, here))).toEqual({ kind: 'say' });
  });
});

describe('reachable', () => {
  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
    ['192.168.1.5', '192.168.1.5'],
  ])('%j is asked at %s', (listen, host) => {
    expect(reachable(listen)).toBe(host);
  });
});
