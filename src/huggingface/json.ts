// JSON as Python reads it: `10000.0` is a float and `10000` an integer, which `JSON.parse` cannot tell apart. The text is
// parsed once by `JSON.parse` (which also reports errors) after marking every float literal outside strings.

/** A float literal of a JSON text. */
export class JsonFloat {
  constructor(readonly value: number) {}
}

export type Json = null | boolean | number | string | JsonFloat | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

const mark = '\u0000float:'

/** Parses JSON, keeping floats apart from integers; throws a SyntaxError with the position as `JSON.parse` does. */
export function parseJson(text: string): Json {
  JSON.parse(text)
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') || /^-?\d+$/.test(token) ? token : JSON.stringify(mark + token),
  )
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? new JsonFloat(Number(value.slice(mark.length))) : value,
  ) as Json
}

export function isJsonObject(v: Json | undefined): v is JsonObject {
  return typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof JsonFloat)
}
