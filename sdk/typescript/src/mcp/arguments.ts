/** Arguments come from a model: they are checked against the tool's schema before anything is sent. */

export interface InputSchema {
  type: "object";
  properties: Record<string, { type: "string" | "number"; description: string; enum?: string[]; default?: unknown }>;
  required: string[];
}

/** The arguments of a call, by name, of the type that the schema says. */
export class Values {
  readonly #values: Record<string, unknown>;

  constructor(values: Record<string, unknown>) {
    this.#values = values;
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === "string" ? value : "";
  }

  optionalText(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#values[name];
    return typeof value === "number" ? value : undefined;
  }
}

type Read = { values: Values; error: null } | { values: null; error: string };

export function readArguments(schema: InputSchema, args: Record<string, unknown>): Read {
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = args[name] ?? property.default;
    if (value === undefined) {
      if (schema.required.includes(name)) return { values: null, error: `${name} is missing` };
      continue;
    }
    if (typeof value !== property.type) return { values: null, error: `${name} must be a ${property.type}` };
    if (property.enum !== undefined && !property.enum.includes(value as string)) {
      return { values: null, error: `${name} must be one of ${property.enum.join(", ")}` };
    }
    values[name] = value;
  }
  return { values: new Values(values), error: null };
}
