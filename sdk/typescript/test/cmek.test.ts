/** The form of values under a key of one's own, checked against another implementation. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import * as cmek from "../src/cmek.js";
import { unwrap } from "../src/index.js";
import { household } from "./support/people.js";

test("what is encrypted here opens with another implementation, and the other way round", async () => {
  const key = cmek.generateCmekKey();
  const blob = await cmek.cmekEncrypt("grüß dich", key);
  expect(blob[0]).toBe(1);
  expect(blob).toHaveLength(1 + 12 + Buffer.byteLength("grüß dich") + 16);
  const opening = createDecipheriv("aes-256-gcm", key, blob.subarray(1, 13)).setAuthTag(blob.subarray(-16));
  expect(opening.update(blob.subarray(13, -16), undefined, "utf8") + opening.final("utf8")).toBe("grüß dich");

  const iv = randomBytes(12);
  const sealing = createCipheriv("aes-256-gcm", key, iv);
  const sealed = [Buffer.of(1), iv, sealing.update("theirs", "utf8"), sealing.final(), sealing.getAuthTag()];
  expect(await cmek.cmekDecrypt(Buffer.concat(sealed), key)).toBe("theirs");
});

test("two encryptions of the same text differ", async () => {
  const key = cmek.generateCmekKey();
  const [one, two] = [await cmek.cmekEncrypt("x", key), await cmek.cmekEncrypt("x", key)];
  expect(cmek.toBase64(one)).not.toBe(cmek.toBase64(two));
});

test("a fingerprint is the hash of the key", async () => {
  const key = cmek.generateCmekKey();
  expect(key).toHaveLength(32);
  expect(await cmek.cmekFingerprint(key)).toBe(createHash("sha256").update(key).digest("hex"));
});

test("another key, a changed byte and a short blob do not open", async () => {
  const key = cmek.generateCmekKey();
  const blob = await cmek.cmekEncrypt("x", key);
  await expect(cmek.cmekDecrypt(blob, cmek.generateCmekKey())).rejects.toThrow("another key");
  for (const place of [1, 13, blob.length - 1]) {
    const changed = Uint8Array.from(blob);
    changed[place] = (changed[place] ?? 0) ^ 1;
    await expect(cmek.cmekDecrypt(changed, key)).rejects.toThrow("another key");
  }
  const version = Uint8Array.from(blob);
  version[0] = 2;
  await expect(cmek.cmekDecrypt(version, key)).rejects.toThrow(TypeError);
  await expect(cmek.cmekDecrypt(blob.subarray(0, 28), key)).rejects.toThrow(TypeError);
  await expect(cmek.cmekEncrypt("x", new Uint8Array(16))).rejects.toThrow("32 bytes");
});

test("base64 goes there and back for every byte", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  expect(cmek.toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  expect(cmek.fromBase64(cmek.toBase64(bytes))).toEqual(bytes);
});

test("the vault keeps an encrypted value as it is", async () => {
  const { agent, vault } = await household();
  const key = cmek.generateCmekKey();
  const value = cmek.toBase64(await cmek.cmekEncrypt("only for us", key));
  await unwrap(agent.secrets.set(vault.id, "sealed", value));
  const { value: read } = await unwrap(agent.secrets.get(vault.id, "sealed"));
  expect(await cmek.cmekDecrypt(cmek.fromBase64(read), key)).toBe("only for us");
});
