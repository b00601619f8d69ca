// Shoots every page of a demonstration server in both themes and at the width of a phone.
// Usage: node screenshots.mjs ORIGIN FOLDER [PART OF A NAME]
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { openPages, signedInPages } from "./pages.mjs";
import { OWNER, seed } from "./seed.mjs";

const [origin, folder, only] = process.argv.slice(2);
const LOOKS = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { name: "phone", colorScheme: "light", viewport: { width: 360, height: 740 } },
];

const button = (name) => async (page) => {
  await page.getByRole("button", { name }).first().click();
  await page.waitForLoadState("networkidle");
};

/** Pages with something done before the picture is taken. */
const acted = (ids) => [
  ["secret-shown", `/vaults/${ids.production}/secrets/api-keys/openai`, button("Show value")],
  ["palette", "/", (page) => page.keyboard.press("Control+k").then(() => page.waitForSelector("#palette-results a"))],
];

async function shoot(context, list, look, problems) {
  const page = await context.newPage();
  page.on("console", (message) => {
    // The page that shows how a missing page looks is meant to be missing.
    if (message.type() === "error" && !message.text().includes("404 (Not Found)")) problems.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error}`));
  for (const [name, path, act] of list) {
    if (only && !name.includes(only)) continue;
    await page.goto(origin + path, { waitUntil: "networkidle" });
    if (act) await act(page);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) problems.push(`${look.name} ${path}: ${overflow} px wider than the screen`);
    await page.screenshot({ path: join(folder, `${name}-${look.name}.png`), fullPage: name !== "palette" });
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
  await shoot(context, [...signedInPages(ids), ...acted(ids)], look, problems);
  await context.close();
}
await browser.close();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
