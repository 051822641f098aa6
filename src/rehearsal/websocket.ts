// The server side of WebSocket, as far as a test server needs it. Source: RFC 6455, 4.2.2 and 5.2.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** ComfyUI's clients send a feature list and pings; anything near this is none of them. */
const MAX_FRAME_BYTES = 1024 * 1024;

export interface ServerSocket {
  sendText(text: string): void;
  sendBinary(data: Buffer): void;
  close(): void;
}

/** Answers the handshake. Null, and a 400, for a request that is none. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  onClose: () => void,
): ServerSocket | null {
  const key = request.headers['sec-websocket-key'];
  if (!key) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    return null;
  }
  const accept = createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const send = (opcode: number, data: Buffer) => {
    if (socket.writable) socket.write(frame(opcode, data));
  };
  let buffered: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let next = readFrame(buffered); next; next = readFrame(buffered)) {
      buffered = buffered.subarray(next.length);
      if (next.opcode === OPCODE.ping) send(OPCODE.pong, next.payload);
      if (next.opcode === OPCODE.close) {
        send(OPCODE.close, next.payload.subarray(0, 2));
        socket.end();
      }
    }
    if (buffered.length > MAX_FRAME_BYTES) socket.destroy();
  });
  socket.on('close', onClose);
  socket.on('error', () => socket.destroy());
  return {
    sendText: (text) => send(OPCODE.text, Buffer.from(text)),
    sendBinary: (data) => send(OPCODE.binary, data),
    close: () => {
      // 1001: the server is going away.
      send(OPCODE.close, Buffer.from([0x03, 0xe9]));
      socket.end();
    },
  };
}

/** A frame from the server: never masked, never in pieces. */
function frame(opcode: number, data: Buffer): Buffer {
  let header: Buffer;
  if (data.length < 126) header = Buffer.from([0x80 | opcode, data.length]);
  else if (data.length < 65_536) {
    header = Buffer.from([0x80 | opcode, 126, data.length >> 8, data.length & 255]);
  } else {
    header = Buffer.alloc(10);
    header[0] = 0x80 | opcode;
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(data.length), 2);
  }
  return Buffer.concat([header, data]);
}

function readFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | null {
  if (data.length < 2) return null;
  const opcode = data.readUInt8(0) & 15;
  const masked = (data.readUInt8(1) & 0x80) !== 0;
  let size = data.readUInt8(1) & 0x7f;
  let offset = 2;
  if (size === 126) {
    if (data.length < 4) return null;
    size = data.readUInt16BE(2);
    offset = 4;
  } else if (size === 127) {
    if (data.length < 10) return null;
    size = Number(data.readBigUInt64BE(2));
    offset = 10;
  }
  const start = offset + (masked ? 4 : 0);
  if (data.length < start + size) return null;
  const payload = Buffer.from(data.subarray(start, start + size));
  if (masked) {
    for (let i = 0; i < size; i += 1)
      payload[i] = (payload[i] ?? 0) ^ (data[offset + (i % 4)] ?? 0);
  }
  return { opcode, payload, length: start + size };
}
