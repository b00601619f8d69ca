/**
 * Keeps values out of logs by accident.
 *
 * `value` is an ordinary string property, but printing the object or turning it into JSON shows a mark instead. It is no
 * protection from code that reads `value` on purpose, and none for copies made with `{ ...secret }`.
 */
import type { Result } from "./result.js";

const MARK = "[hidden: read .value]";
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

export function guarded<T>(result: Result<T>): Result<T> {
  const { data } = result;
  if (typeof data !== "object" || data === null || !("value" in data)) return result;
  const shown = () => ({ ...data, value: MARK });
  Object.defineProperty(data, "toJSON", { value: shown });
  Object.defineProperty(data, INSPECT, { value: shown });
  return result;
}
