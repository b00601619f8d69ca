/** A server that answers as a script says, for what a real one does only on bad days. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface Scripted extends AsyncDisposable {
  url: string;
  seen: Seen[];
}

type Step = (response: ServerResponse, seen: Seen) => void;

/** Each request gets the next step; the last one repeats. */
export async function scripted(...steps: [Step, ...Step[]]): Promise<Scripted> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body };
      const step = steps[Math.min(seen.length, steps.length - 1)];
      seen.push(one);
      step?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Step {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Step {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html", ...headers });
    response.end(body);
  };
}

/** Answers never. */
export const silence: Step = () => undefined;

/** Begins an answer and closes the connection in its middle. */
export const broken: Step = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"vaults": [');
  response.once("drain", () => response.destroy());
  setImmediate(() => response.destroy());
};

/** Begins an answer and goes quiet. */
export const stalled: Step = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"vaults": [');
};

/** An unsigned token of the right form. */
export function token(name: string, expiresIn: number, now = Date.now()): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: name, exp: Math.floor(now / 1000) + expiresIn })}.x`;
}
