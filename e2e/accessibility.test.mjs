// Nothing on any page keeps people out, in either theme, as far as axe can tell; and no page shows a value.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EXPECTED, actedPages, openPages, signedInPages } from "./pages.mjs";
import { VALUES, seed } from "./seed.mjs";
import { inaccessible, launch, openPage, signIn, startServer } from "./server.mjs";

let server;
let browser;
let ids;
before(async () => {
  server = await startServer();
  ids = await seed(server.origin);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const colorScheme of ["light", "dark"]) {
  test(`every page can be used by everybody in the ${colorScheme} theme`, async () => {
    const options = { colorScheme, expects: EXPECTED };
    const { context, page, complaints } = await openPage(browser, server.origin, options);
    const problems = [];
    const look = async (pages) => {
      for (const [name, path, act] of pages) {
        await page.goto(path);
        if (act) await act(page);
        for (const finding of await inaccessible(page)) problems.push(`${name} ${path}: ${finding}`);
        if (act) continue;
        const html = await page.content();
        for (const value of VALUES) if (html.includes(value)) problems.push(`${path} shows the value ${value}`);
      }
    };
    await look(openPages(ids));
    await signIn(page);
    await page.waitForURL("**/");
    await look(signedInPages(ids));
    await look(actedPages(ids));
    await context.close();
    assert.deepEqual([...problems, ...complaints], []);
  });
}
