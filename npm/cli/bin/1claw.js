#!/usr/bin/env node
/**
 * Runs the program `1claw` of this machine's package: its terminal, arguments, exit code and signals are passed through.
 *
 * Nothing is downloaded here or at installation: npm itself chooses the package by the platform that it names.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";

/** What a shell says of a program that it cannot find. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

const platformPackage = `@1claw/cli-${process.platform}-${process.arch}`;

function fail(code, what, why, next) {
  process.stderr.write(`error: ${what}\n  ${why}\n  ${next}\n`);
  process.exit(code);
}

function program() {
  try {
    return createRequire(import.meta.url).resolve(`${platformPackage}/bin/1claw`);
  } catch {
    return fail(
      NOT_FOUND,
      `the package ${platformPackage} is not installed`,
      "it holds the program itself; npm leaves it out with --omit=optional, and where there is none for the platform",
      "install again without --omit=optional, or build from source: cargo install --path crates/cli",
    );
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit" });

const forwarded = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];
for (const signal of forwarded) {
  process.on(signal, () => {
    // A terminal sends its own signals to every process in front, so the program has this one already.
    const fromTerminal = process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT");
    if (!fromTerminal) child.kill(signal);
  });
}

child.once("error", (error) => {
  fail(NOT_EXECUTABLE, "1claw cannot be started", error.message, `install ${platformPackage} again`);
});

child.once("close", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  // Ends the same way, so that whoever started this sees what happened.
  for (const name of forwarded) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  // A signal that this process survives would leave it without an exit code.
  process.exitCode = 128 + constants.signals[signal];
});
