// JSON as Python reads it: `10000.0` is a float and `10000` an integer, which `JSON.parse` cannot tell apart. The text is
// parsed once by `JSON.parse` (which also reports errors) after marking every float literal outside strings.

/** A float literal of a JSON text. */
export class JsonFloat {
  constructor(readonly value: number) {}
}

export type Json = null | boolean | number | string | JsonFloat | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

const mark = '\u0000float:'

/** Strings and numbers, with those that Python's json knows and JSON does not. */
const tokens = /"(?:[^"\\]|\\.)*"|-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN/g

/** Parses JSON, keeping floats apart from integers; throws a SyntaxError with the position as `JSON.parse` does. */
export function parseJson(text: string): Json {
  JSON.parse(text.replace(tokens, (token) => token.replace(/^(-?)(Infinity|NaN)$/, (t) => '-1'.padEnd(t.length, '0'))))
  const marked = text.replace(tokens, (token) =>
    token.startsWith('"') || /^-?\d+$/.test(token) ? token : JSON.stringify(mark + token),
  )
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? new JsonFloat(Number(value.slice(mark.length))) : value,
  ) as Json
}

/** Writes what `parseJson` reads: a float as one, whatever its value. */
export function printJson(json: Json): string {
  const text = JSON.stringify(json, (_key, v: unknown) => (v instanceof JsonFloat ? mark + floatText(v.value) : v))
  return text.replaceAll(/"\\u0000float:([^"]*)"/g, '$1')
}

function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value)
}

export function isJsonObject(v: Json | undefined): v is JsonObject {
  return typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof JsonFloat)
}
