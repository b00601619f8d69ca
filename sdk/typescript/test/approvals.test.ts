/** An agent asks, a human answers. */
import { expect, test } from "vitest";
import { OneclawClient } from "../src/client.js";
import { unwrap, type Approval } from "../src/index.js";
import { clock } from "./support/clock.js";
import { household } from "./support/people.js";
import { json, scripted } from "./support/scripted.js";

async function asking() {
  const home = await household([]);
  await unwrap(home.human.secrets.set(home.vault.id, "prod/key", "x"));
  const refused = await home.agent.secrets.get(home.vault.id, "prod/key");
  const template = refused.error?.accessRequest;
  if (template === undefined) throw new Error("the refusal does not say what to ask for");
  const question = await unwrap(home.agent.approvals.request({ ...template, reason: "the nightly job" }));
  return { ...home, question };
}

test("a refusal says what to ask for; an answer comes while the agent waits, and holds once", async () => {
  const { human, agent, vault, question } = await asking();
  expect(question).toMatchObject({ status: "pending", reason: "the nightly job", secret_path: "prod/key" });
  const waiting = unwrap(agent.approvals.wait(question.id));
  const { approvals } = await unwrap(human.approvals.list("pending"));
  expect(approvals.map(({ id }) => id)).toEqual([question.id]);
  await unwrap(human.approvals.decide(question.id, "approved", { grant: { mode: "once" }, reason: "go on" }));
  expect(await waiting).toMatchObject({ outcome: "approved", approval: { decision_reason: "go on" } });
  expect((await unwrap(agent.secrets.get(vault.id, "prod/key"))).value).toBe("x");
  expect((await agent.secrets.get(vault.id, "prod/key")).error?.type).toBe("auth_error");
});

test("no is no, and says why", async () => {
  const { human, agent, vault, question } = await asking();
  await unwrap(human.approvals.deny(question.id, "not today"));
  expect(await unwrap(agent.approvals.wait(question.id))).toMatchObject({
    outcome: "denied",
    approval: { decision_reason: "not today" },
  });
  expect((await agent.secrets.get(vault.id, "prod/key")).data).toBeNull();
  expect((await human.approvals.approve(question.id)).error?.code).toBe("conflict");
  expect((await unwrap(human.approvals.list({ status: "denied" }))).approvals).toHaveLength(1);
});

test("a question can be taken back, and waiting can end before an answer", async () => {
  const { agent, question } = await asking();
  expect((await unwrap(agent.approvals.wait(question.id, { patienceMs: 1 }))).outcome).toBe("timeout");
  const controller = new AbortController();
  const waiting = agent.approvals.wait(question.id, { signal: controller.signal });
  controller.abort();
  expect((await waiting).error?.type).toBe("aborted");
  await unwrap(agent.approvals.cancel(question.id, "found another way"));
  expect((await unwrap(agent.approvals.wait(question.id))).outcome).toBe("cancelled");
});

test("a subscription goes on after failures, less often, and ends when told", async () => {
  const page = json(200, { approvals: [{ id: "a" }] });
  const failing = json(400, { detail: "no" });
  await using server = await scripted(page, failing, failing, page);
  const around = clock();
  const client = new OneclawClient({ baseUrl: server.url, token: "t" }, around);
  const seen: Approval[][] = [];
  const errors: string[] = [];
  await new Promise<void>((resolve) => {
    const stop = client.approvals.subscribe(
      (approvals) => {
        seen.push(approvals);
        if (seen.length < 2) return;
        stop();
        resolve();
      },
      { status: "pending", onError: ({ message }) => errors.push(message) },
    );
  });
  expect(errors).toEqual(["no", "no"]);
  expect(around.waits.slice(0, 3)).toEqual([3000, 6000, 12_000]);
  expect(server.seen.map(({ url }) => url)).toEqual(Array(4).fill("/v1/approvals?status=pending"));
});
