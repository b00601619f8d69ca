"""Runs the tests of this folder. The last line has the form that the project's test command counts."""

import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).parent

suite = unittest.defaultTestLoader.discover(str(FOLDER), top_level_dir=str(FOLDER.parent))
result = unittest.TextTestRunner(verbosity=2, buffer=True).run(suite)
failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
skipped = len(result.skipped)
passed = result.testsRun - failed - skipped
word = "ok" if failed == 0 and passed > 0 else "FAILED"
print(f"test result: {word}. {passed} passed; {failed} failed; {skipped} ignored", flush=True)
sys.exit(word != "ok")
