"""`npx @1claw/cli`, from the packed packages, installed in an empty folder by an npm that may not download anything."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from .vault import Vault, binary

ROOT = Path(__file__).parents[2]
LAUNCHER = ROOT / "npm/cli"
QUIET = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
# A registry that nobody answers for: a download would be a failure.
NO_REGISTRY = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_offline": "true"}


def manifest(folder: Path) -> dict:
    return json.loads((folder / "package.json").read_text())


class NpmCli(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.packed, cls.folder = folder / "packed", folder / "app"
        cls.packed.mkdir()
        cls.node("scripts/platform.mjs", binary(), folder / "platform")
        cls.platform = manifest(folder / "platform")
        for package in [LAUNCHER, folder / "platform"]:
            cls.npm("pack", "--pack-destination", cls.packed, cwd=package)
        cls.install(cls.folder, cls.packed.glob("*.tgz"))

    @staticmethod
    def node(*arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(["node", *map(str, arguments)], cwd=LAUNCHER, check=True, capture_output=True, text=True)

    @staticmethod
    def npm(*arguments: object, cwd: Path) -> None:
        subprocess.run(
            ["npm", *map(str, arguments), *QUIET], cwd=cwd, env=os.environ | NO_REGISTRY, check=True, capture_output=True
        )

    @classmethod
    def install(cls, folder: Path, packages) -> None:
        folder.mkdir()
        (folder / "package.json").write_text('{ "private": true }')
        cls.npm("install", *packages, cwd=folder)

    def environment(self, url: str) -> dict[str, str]:
        home = self.enterContext(tempfile.TemporaryDirectory())
        return {"PATH": os.environ["PATH"], "HOME": home, "ONECLAW_BASE_URL": url, **NO_REGISTRY}

    def npx(self, url: str, command: str, folder: Path | None = None) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["npx", *command.split()],
            cwd=folder or self.folder,
            env=self.environment(url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def test_the_guides_command(self) -> None:
        vault = self.enterContext(Vault())
        account = {"email": "alice@example.com", "password": "copper-meadow-signal-84"}
        vault.token = vault.call("POST", "/v1/auth/signup", account)["access_token"]
        asked = self.npx(vault.url, "@1claw/cli agent enroll my-agent --email alice@example.com")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        waiting = vault.call("GET", "/v1/enrollments")["enrollments"]
        self.assertEqual([item["name"] for item in waiting], ["my-agent"])

    def test_the_guides_command_without_an_address(self) -> None:
        vault = self.enterContext(Vault())
        asked = self.npx(vault.url, "@1claw/cli agent enroll my-agent")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn(vault.url, asked.stdout + asked.stderr)

    def test_exit_codes_and_messages_are_those_of_the_program(self) -> None:
        vault = self.enterContext(Vault())
        for command, code in [("vault list", 4), ("vault lits", 2), ("--version", 0)]:
            with self.subTest(command):
                through = self.npx(vault.url, f"@1claw/cli {command}")
                direct = subprocess.run(
                    [binary(), *command.split()], env=self.environment(vault.url), capture_output=True, text=True
                )
                self.assertEqual(direct.returncode, code, direct.stderr)
                self.assertEqual((through.returncode, through.stdout), (code, direct.stdout))
                self.assertEqual(through.stderr, direct.stderr)

    def test_a_signal_reaches_the_program_and_its_end_comes_back(self) -> None:
        data = Path(self.enterContext(tempfile.TemporaryDirectory())) / "data"
        launcher = self.folder / "node_modules/@1claw/cli/bin/1claw.js"
        for sent in [signal.SIGTERM, signal.SIGINT]:
            with self.subTest(sent):
                server = subprocess.Popen(
                    ["node", launcher, "server", "--dev", "--json", "--listen=127.0.0.1:0", "--data-dir", data],
                    env={"PATH": os.environ["PATH"]},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                self.addCleanup(server.__exit__, None, None, None)
                self.addCleanup(server.kill)
                self.assertIn("listen", json.loads(server.stdout.readline()))
                server.send_signal(sent)
                # The pipe closes when the program itself has ended, not only its launcher.
                server.stdout.read()
                self.assertEqual(server.wait(timeout=60), 0)

    def test_death_by_a_signal_is_passed_on(self) -> None:
        launcher = self.folder / "node_modules/@1claw/cli/bin/1claw.js"
        # A program that ends itself the hard way, in the place of the real one.
        with tempfile.TemporaryDirectory() as folder:
            packages = Path(folder, "node_modules/@1claw")
            copy = packages / "cli/bin/1claw.js"
            copy.parent.mkdir(parents=True)
            copy.write_text(launcher.read_text())
            (packages / "cli/package.json").write_text('{ "type": "module" }')
            program = packages / self.platform["name"].split("/")[1] / "bin/1claw"
            program.parent.mkdir(parents=True)
            program.write_text("#!/bin/sh\nkill -KILL $$\n")
            program.chmod(0o755)
            self.assertEqual(subprocess.run(["node", copy]).returncode, -signal.SIGKILL)

    def test_without_the_platforms_package_there_is_a_next_step(self) -> None:
        alone = Path(self.enterContext(tempfile.TemporaryDirectory())) / "alone"
        self.install(alone, [next(self.packed.glob("1claw-cli-0*.tgz")), "--omit=optional"])
        failed = self.npx("http://127.0.0.1:9", "@1claw/cli whoami", alone)
        self.assertEqual(failed.returncode, 127)
        self.assertIn(self.platform["name"], failed.stderr)
        self.assertEqual(len(failed.stderr.splitlines()), 3, failed.stderr)

    def test_nothing_runs_at_installation(self) -> None:
        for package in [manifest(LAUNCHER), self.platform]:
            self.assertNotIn("scripts", package)
            self.assertNotIn("dependencies", package)

    def test_the_packages_name_their_platform_and_one_version(self) -> None:
        version = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
        launcher = manifest(LAUNCHER)
        self.assertEqual(launcher["version"], version)
        self.assertEqual(set(launcher["optionalDependencies"].values()), {version})
        self.assertEqual(self.platform["version"], version)
        self.assertEqual(self.platform["os"], [platform.system().lower()])
        self.assertIn(self.platform["name"], launcher["optionalDependencies"])
