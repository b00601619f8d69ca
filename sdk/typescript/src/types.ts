/**
 * Types of requests and answers, derived from the description of the API.
 *
 * Nothing here is written by hand per operation: a change of the API shows as a type error in the resources.
 */
import type { routes } from "./generated/routes.js";
import type { components, operations } from "./generated/schema.js";

/** The name of an operation, as in the description. */
export type Operation = keyof operations & keyof typeof routes;

/** A named type of the description, such as `Schema<"VaultResponse">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

type Json<Part> = Part extends { content: infer Content }
  ? "application/json" extends keyof Content
    ? Content["application/json"]
    : string
  : null;

type Successes<O extends Operation> = operations[O]["responses"];

/** What a successful call gives; `null` where the server answers without a body. */
export type Answer<O extends Operation> = {
  [Status in keyof Successes<O>]: Json<Successes<O>[Status]>;
}[keyof Successes<O>];

/** The body of a request; `never` where there is none. */
export type Body<O extends Operation> = operations[O] extends { requestBody?: infer Request }
  ? [NonNullable<Request>] extends [{ content: { "application/json": infer Content } }]
    ? Content
    : never
  : never;

type Parameters<O extends Operation> = operations[O]["parameters"];

/** The names in the path of a request. */
export type Path<O extends Operation> = Parameters<O> extends { path: infer Names } ? Names : never;

/** The query of a request. */
export type Query<O extends Operation> = NonNullable<Parameters<O>["query"]>;

/** Everything that a call of an operation may need. */
export type Input<O extends Operation> = ([Path<O>] extends [never] ? { path?: never } : { path: Path<O> }) &
  ([Query<O>] extends [never] ? { query?: never } : { query?: Optional<Query<O>> | undefined }) &
  ([Body<O>] extends [never] ? { body?: never } : { body?: Optional<Body<O>> | undefined }) & {
    headers?: Record<string, string> | undefined;
  };

/** The same with `undefined` allowed where something may be absent: it is left out of the request. */
export type Optional<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
        [Name in keyof T as undefined extends T[Name] ? Name : never]?: T[Name] | undefined;
      }
    : T;

/** What may be said about one call; everything has a default. */
export interface RequestOptions {
  /** Ends the call, also while it waits before another attempt. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt, to the last byte of the answer. */
  timeoutMs?: number | undefined;
  /** Milliseconds for all attempts and the waiting between them. */
  maxElapsedMs?: number | undefined;
  /** Attempts after the first. */
  maxRetries?: number | undefined;
  /** Names this piece of work, so that the server does it once however often it is asked. Made up when absent. */
  idempotencyKey?: string | undefined;
  /** More headers, such as `If-Match`. */
  headers?: Record<string, string> | undefined;
}
