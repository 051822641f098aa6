/**
 * Which control sequences a terminal would read out of a text, character by character (ECMA-48;
 * the state machine is the one of Paul Williams' DEC parser, reduced to what must be told apart).
 */
export type ControlState =
  | { kind: 'ground' }
  | { kind: 'escape' }
  | { kind: 'csi'; parameters: string }
  | { kind: 'string' };

/** A sequence with more parameters than any colour needs is no colour. */
const MAX_PARAMETERS = 64;
const STRING_STARTS = new Set(['P', 'X', ']', '^', '_']);
const C1_STRING_STARTS = new Set(['\x90', '\x98', '\x9d', '\x9e', '\x9f']);

export const ground: ControlState = { kind: 'ground' };

export type ControlStep =
  /** The character belongs to a control and shows nothing. */
  | { kind: 'swallowed'; state: ControlState }
  /** A complete SGR sequence: its parameters. */
  | { kind: 'sgr'; parameters: string; state: ControlState }
  /** The character is no part of a control: read it in ground state. */
  | { kind: 'reread' };

/** True for a character that starts a control sequence in ground state. */
export function startsControl(char: string): boolean {
  return char === '\x1b' || char === '\x9b' || C1_STRING_STARTS.has(char);
}

/** The state after a character that starts a control sequence. */
export function startControl(char: string): ControlState {
  if (char === '\x1b') return { kind: 'escape' };
  return char === '\x9b' ? { kind: 'csi', parameters: '' } : { kind: 'string' };
}

/** One character inside a control sequence. */
export function stepControl(state: ControlState, char: string): ControlStep {
  const code = char.charCodeAt(0);
  // A line end, CAN, SUB or a new ESC ends whatever was open: an unterminated string never
  // swallows more than its line.
  if (char === '\n' || char === '\r') return { kind: 'reread' };
  if (code === 0x18 || code === 0x1a) return { kind: 'swallowed', state: ground };
  if (char === '\x1b') return { kind: 'swallowed', state: { kind: 'escape' } };
  switch (state.kind) {
    case 'ground':
      return { kind: 'reread' };
    case 'string':
      return { kind: 'swallowed', state: char === '\x07' || char === '\x9c' ? ground : state };
    case 'escape':
      if (char === '[') return { kind: 'swallowed', state: { kind: 'csi', parameters: '' } };
      if (STRING_STARTS.has(char)) return { kind: 'swallowed', state: { kind: 'string' } };
      if (code >= 0x20 && code <= 0x2f) return { kind: 'swallowed', state };
      if (code < 0x20) return { kind: 'swallowed', state };
      return code <= 0x7e ? { kind: 'swallowed', state: ground } : { kind: 'reread' };
    case 'csi':
      return stepCsi(state.parameters, char, code);
    default: {
      const never: never = state;
      throw new Error(`no such state: ${JSON.stringify(never)}`);
    }
  }
}

function stepCsi(parameters: string, char: string, code: number): ControlStep {
  if (code < 0x20) return { kind: 'swallowed', state: { kind: 'csi', parameters } };
  if (code <= 0x3f) {
    const kept = parameters.length < MAX_PARAMETERS ? parameters + char : parameters;
    return { kind: 'swallowed', state: { kind: 'csi', parameters: kept } };
  }
  if (code > 0x7e) return { kind: 'reread' };
  if (char === 'm' && parameters.length < MAX_PARAMETERS && /^[0-9;:]*$/.test(parameters)) {
    return { kind: 'sgr', parameters, state: ground };
  }
  return { kind: 'swallowed', state: ground };
}
