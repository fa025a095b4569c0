/**
 * bcrypt, for `RandomPassword.bcryptHash`.
 *
 * Provos and Mazières, "A Future-Adaptable Password Scheme" (USENIX 1999), on Schneier's Blowfish (1993). Blowfish's tables
 * are the binary digits of pi's fraction; they are computed, once, instead of written down.
 */
import { randomBytes } from "node:crypto";

/** 2^10 rounds, as the official plugin (Go's bcrypt.DefaultCost). */
const defaultCost = 10;

/** bcrypt looks at no more than this many bytes of a password. */
const maximumLength = 72;

const rounds = 16;
const subkeyCount = rounds + 2;
const boxSize = 1024;

/** `$2a$10$<salt and hash>` of a password in UTF-8. `salt`: 16 bytes. */
export function bcryptHash(password: string, salt: Buffer = randomBytes(16), cost: number = defaultCost): string {
  const key = Buffer.concat([Buffer.from(password, "utf8"), Buffer.from([0])]).subarray(0, maximumLength);
  const blowfish = new Blowfish();
  blowfish.expand(key, salt);
  for (let round = 0; round < 2 ** cost; round++) {
    blowfish.expand(key);
    blowfish.expand(salt);
  }
  const text = Buffer.from("OrpheanBeholderScryDoubt", "latin1");
  const hash = Buffer.alloc(text.length);
  for (let offset = 0; offset < text.length; offset += 8) {
    let block: Block = [text.readUInt32BE(offset), text.readUInt32BE(offset + 4)];
    for (let time = 0; time < 64; time++) block = blowfish.encrypt(block[0], block[1]);
    hash.writeUInt32BE(block[0], offset);
    hash.writeUInt32BE(block[1], offset + 4);
  }
  const factor = String(cost).padStart(2, "0");
  // The last byte of the hash is left away, as everybody does since the first implementation.
  return `$2a$${factor}$${encode(salt)}${encode(hash.subarray(0, 23))}`;
}

type Block = readonly [left: number, right: number];

class Blowfish {
  private readonly subkeys: Uint32Array;
  private readonly boxes: Uint32Array;

  constructor() {
    const digits = digitsOfPi();
    this.subkeys = digits.slice(0, subkeyCount);
    this.boxes = digits.slice(subkeyCount);
  }

  /** Mixes a key, and a salt if there is one, into the tables. */
  expand(key: Buffer, salt?: Buffer): void {
    const { subkeys, boxes } = this;
    const nextOfKey = words(key);
    for (let index = 0; index < subkeyCount; index++) subkeys[index] = at(subkeys, index) ^ nextOfKey();
    const nextOfSalt = salt === undefined ? () => 0 : words(salt);
    let block: Block = [0, 0];
    for (const table of [subkeys, boxes]) {
      for (let index = 0; index < table.length; index += 2) {
        block = this.encrypt(block[0] ^ nextOfSalt(), block[1] ^ nextOfSalt());
        table[index] = block[0];
        table[index + 1] = block[1];
      }
    }
  }

  encrypt(leftHalf: number, rightHalf: number): Block {
    const { subkeys, boxes } = this;
    let left = leftHalf;
    let right = rightHalf;
    for (let round = 0; round < rounds; round++) {
      left ^= at(subkeys, round);
      const sum =
        (at(boxes, left >>> 24) + at(boxes, 256 + ((left >>> 16) & 255))) ^ at(boxes, 512 + ((left >>> 8) & 255));
      right ^= sum + at(boxes, 768 + (left & 255));
      [left, right] = [right, left];
    }
    return [(right ^ at(subkeys, rounds + 1)) >>> 0, (left ^ at(subkeys, rounds)) >>> 0];
  }
}

function at(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}

/** Big-endian words of the bytes, over and over. */
function words(bytes: Buffer): () => number {
  let offset = 0;
  return () => {
    let word = 0;
    for (let count = 0; count < 4; count++) {
      word = (word << 8) | (bytes[offset] ?? 0);
      offset = (offset + 1) % bytes.length;
    }
    return word;
  };
}

let computedDigits: Uint32Array | undefined;

/** The fraction of pi as 32-bit words, by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239). */
function digitsOfPi(): Uint32Array {
  if (computedDigits !== undefined) return computedDigits;
  const count = subkeyCount + boxSize;
  const guard = 64n; // bits that the roundings may spoil
  const scale = BigInt(count * 32) + guard;
  const pi = 16n * arctangentOfInverse(5n, scale) - 4n * arctangentOfInverse(239n, scale);
  const hex = ((pi - (3n << scale)) >> guard).toString(16).padStart(count * 8, "0");
  computedDigits = Uint32Array.from({ length: count }, (_, index) => parseInt(hex.slice(index * 8, index * 8 + 8), 16));
  return computedDigits;
}

function arctangentOfInverse(inverse: bigint, scale: bigint): bigint {
  const square = inverse * inverse;
  let power = (1n << scale) / inverse;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power !== 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / divisor;
  }
  return sum;
}

/** bcrypt's own alphabet for base64, without padding. */
function encode(bytes: Buffer): string {
  const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const own = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const text = bytes.toString("base64").replaceAll("=", "");
  return Array.from(text, (letter) => own.charAt(standard.indexOf(letter))).join("");
}
