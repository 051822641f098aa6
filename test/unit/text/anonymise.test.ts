import { describe, expect, it } from 'vitest';
import { anonymise, anonymiseDeep, type Hidden } from '../../../src/text/anonymise.ts';

const hidden: Hidden = {
  homes: ['/home/mia.larsen'],
  users: ['mia.larsen', 'mia'],
  hosts: ['atelier-2'],
  secrets: ['open"sesame\\1'],
};
const hide = (text: string) => anonymise(text, hidden);

describe('anonymise', () => {
  it.each([
    ['mia@atelier-2.corp.lan:~', '<email>:~'],
    ['MIA on Atelier-2, /home/mia.larsen/x', '<user> on <host>, ~/x'],
    ['profile mia-4090 of steadydancer-mia', 'profile <user>-4090 of steadydancer-<user>'],
    [
      '/home/otto/a /Users/otto/b /mnt/c/Users/Otto B',
      '/home/<user>/a /Users/<user>/b /mnt/c/Users/<user> B',
    ],
    ['C:\\Users\\Otto\\AppData', 'C:\\Users\\<user>\\AppData'],
    [
      'GET https://cdn.x.org/f/a.bin?Expires=1&Sig=ab~c',
      'GET https://cdn.x.org/f/a.bin?[redacted]',
    ],
    ['from 192.168.1.20:8188 to 10.0.0.7', 'from <ip>:8188 to <ip>'],
    ['via fe80::1c2:3aff:fe4d:1%eth0 and 2001:db8::7', 'via <ip> and <ip>'],
    ['token: swordfish99', 'token: [redacted]'],
    [
      'docker login -u mia -p x --password swordfish9',
      'docker login -u [redacted] -p x --password [redacted]',
    ],
    ['mia.l@example.org wrote', '<email> wrote'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----', '[redacted]'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.abc_def', '[redacted]'],
    ['GPU-8f3c2a11-1111-2222-3333-444455556666', '<gpu-id>'],
    ['0a:1b:2c:3d:4e:5f is up', '<mac> is up'],
  ])('%j', (given, expected) => {
    expect(hide(given)).toBe(expected);
  });

  it.each([
    'Downloading nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl (706.8MB)',
    'nvidia-cudnn-cu12==9.10.2.21, at 12:30:45 on 127.0.0.1:8188 and ::1, std::vector<int>',
    'git clone git@github.com:kijai/ComfyUI-WanVideoWrapper.git at d18cdb1',
    '#41 ERROR: failed to register layer: write /opt/venv/lib/x.so: no space left on device',
    'sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
    'completely miasmatic',
  ])('leaves %j alone', (text) => {
    expect(hide(text)).toBe(text);
  });

  it('finds a secret in JSON, in an address and as basic auth', () => {
    const [secret = ''] = hidden.secrets;
    const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), btoa(secret)];
    for (const form of forms) expect(hide(`x ${form} y`)).not.toMatch(/sesame|b3Blbi/);
  });

  it('goes into a value: keys, lists, and what a key calls a secret', () => {
    const value = { 'atelier-2': ['/home/mia.larsen'], api_key: 'whatever', n: 3, none: null };
    expect(anonymiseDeep(value, hidden)).toEqual({
      '<host>': ['~'],
      api_key: '[redacted]',
      n: 3,
      none: null,
    });
  });

  it('is quick on a long line without end', () => {
    const started = performance.now();
    hide(
      `${'a.'.repeat(100_000)} ${'ab:'.repeat(50_000)} ${'x-token-'.repeat(30_000)} ${'1.'.repeat(100_000)}`,
    );
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
