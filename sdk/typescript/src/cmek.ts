/**
 * Keys of your own over the vault's: values are encrypted before they leave, and the server never sees the key.
 *
 * A value on the wire is the standard base64 of `0x01 ‖ IV (12) ‖ ciphertext ‖ tag (16)`, AES-256-GCM without
 * additional data.
 */
const VERSION = 1;
const KEY_LENGTH = 32;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

type Bytes = Uint8Array<ArrayBuffer>;

/** 32 random bytes. */
export function generateCmekKey(): Bytes {
  return crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
}

/** What the server may know of a key: SHA-256 in hexadecimal. */
export async function cmekFingerprint(key: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", checked(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Encrypts text under a key. Send `toBase64` of it. */
export async function cmekEncrypt(plaintext: string, key: Uint8Array): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const encoded = new TextEncoder().encode(plaintext);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await imported(key, "encrypt"), encoded);
  const blob = new Uint8Array(1 + IV_LENGTH + sealed.byteLength);
  blob[0] = VERSION;
  blob.set(iv, 1);
  blob.set(new Uint8Array(sealed), 1 + IV_LENGTH);
  return blob;
}

/** Opens what `cmekEncrypt` made; throws when the key is another one or the bytes were changed. */
export async function cmekDecrypt(blob: Uint8Array, key: Uint8Array): Promise<string> {
  if (blob.length < 1 + IV_LENGTH + TAG_LENGTH || blob[0] !== VERSION) {
    throw new TypeError("this is not a value encrypted under a key of your own");
  }
  const bytes = Uint8Array.from(blob);
  const iv = bytes.subarray(1, 1 + IV_LENGTH);
  const opening = await imported(key, "decrypt");
  try {
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, opening, bytes.subarray(1 + IV_LENGTH));
    return new TextDecoder("utf-8", { fatal: true }).decode(opened);
  } catch {
    throw new Error("the value was encrypted under another key, or was changed");
  }
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function imported(key: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", checked(key), "AES-GCM", false, [use]);
}

function checked(key: Uint8Array): Bytes {
  if (key.length !== KEY_LENGTH) throw new TypeError(`a key has ${KEY_LENGTH} bytes`);
  return Uint8Array.from(key);
}
