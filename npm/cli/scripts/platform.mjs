/**
 * Makes the package of one platform around a binary that was built for it:
 *
 *     node scripts/platform.mjs BINARY FOLDER [PLATFORM-ARCH]
 *
 * `FOLDER` is made and must not exist. Without a third argument the platform is that of this machine.
 */
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const HERE = new URL("..", import.meta.url);
const [binary, folder, target = `${process.platform}-${process.arch}`] = process.argv.slice(2);
if (binary === undefined || folder === undefined) {
  console.error("usage: node scripts/platform.mjs BINARY FOLDER [PLATFORM-ARCH]");
  process.exit(2);
}

const launcher = JSON.parse(await readFile(new URL("package.json", HERE), "utf8"));
const name = `${launcher.name}-${target}`;
if (launcher.optionalDependencies[name] !== launcher.version) {
  console.error(`${launcher.name} ${launcher.version} does not ask for ${name} of this version`);
  process.exit(1);
}
const [os, cpu] = target.split("-");
const manifest = {
  name,
  version: launcher.version,
  description: `The program of ${launcher.name} for ${os} on ${cpu}`,
  license: launcher.license,
  os: [os],
  cpu: [cpu],
  // The Linux builds need the GNU C library; where another one is, npm leaves the package out and the launcher says so.
  ...(os === "linux" ? { libc: ["glibc"] } : {}),
  files: ["bin"],
  // The file has no business anywhere else than in node_modules, unpacked.
  preferUnplugged: true,
};

await mkdir(folder);
await mkdir(join(folder, "bin"));
await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await copyFile(new URL("LICENSE", HERE), join(folder, "LICENSE"));
await copyFile(binary, join(folder, "bin", "1claw"));
await chmod(join(folder, "bin", "1claw"), 0o755);
