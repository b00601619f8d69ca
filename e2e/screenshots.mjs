// Shoots every page of a demonstration server in both themes and at the width of a phone.
// Usage: node screenshots.mjs ORIGIN FOLDER [PART OF A NAME]
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { EXPECTED, actedPages, openPages, signedInPages } from "./pages.mjs";
import { OWNER, seed } from "./seed.mjs";

const [origin, folder, only] = process.argv.slice(2);
const LOOKS = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { name: "phone", colorScheme: "light", viewport: { width: 360, height: 740 } },
];

async function shoot(context, list, look, problems) {
  const page = await context.newPage();
  page.on("console", (message) => {
    const isExpected = EXPECTED.some((part) => message.text().includes(part));
    if (message.type() === "error" && !isExpected) problems.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error}`));
  for (const [name, path, act] of list) {
    if (only && !name.includes(only)) continue;
    await page.goto(origin + path, { waitUntil: "networkidle" });
    if (act) await act(page);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) problems.push(`${look.name} ${path}: ${overflow} px wider than the screen`);
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`), fullPage: !["palette", "confirmation"].includes(name) });
  }
  await page.close();
}

await mkdir(folder, { recursive: true });
const ids = await seed(origin);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const problems = [];
for (const look of LOOKS) {
  const context = await browser.newContext({ colorScheme: look.colorScheme, viewport: look.viewport });
  await shoot(context, openPages(ids), look, problems);
  const page = await context.newPage();
  await page.goto(`${origin}/signin`);
  await page.getByLabel("Email address").fill(OWNER.email);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${origin}/`);
  await page.close();
  await shoot(context, [...signedInPages(ids), ...actedPages(ids)], look, problems);
  await context.close();
}
await browser.close();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
