// Stage 1's files as read back: JSON checked field by field, so that what is missing is named with its file instead of
// surfacing as a wrong total. Fields that expanding does not use are not looked at.
import { nearest, raise } from '../text/index.ts'
import type { AnalysisVariant, ModuleAnalysis } from '../trace/formats.ts'

/** A class's analysis and the file it came from. */
export interface AnalysisFile {
  readonly file: string
  readonly analysis: ModuleAnalysis
}

/** A way to find the analysis of a class. */
export interface AnalysisSource {
  find(className: string): AnalysisFile | undefined
  /** Names like it that are there. */
  near(className: string): readonly string[]
  /** The classes whose analyses are there. */
  names(): readonly string[]
}

/** The analyses in a folder's files, given as texts by file name. A file is read when its class is asked for. */
export function analysisSource(files: ReadonlyMap<string, string>): AnalysisSource {
  const byClass = new Map<string, AnalysisFile | undefined>()
  const others = [...files.keys()].filter((name) => name === 'module_analysis.json')
  const names = [...files.keys()].map((name) => name.replace(/\.json$/, ''))
  const lookUp = (className: string): AnalysisFile | undefined => {
    const own = `${className}.json`
    for (const file of [own, ...others]) {
      const text = files.get(file)
      if (text === undefined) continue
      const analysis = readAnalysis(file, text)
      if (analysis.class_name === className) return { file, analysis }
      if (file === own) raise('bad-analysis', `${file} holds the analysis of ${analysis.class_name}`)
    }
    return undefined
  }
  return {
    find: (className) => {
      if (!byClass.has(className)) byClass.set(className, lookUp(className))
      return byClass.get(className)
    },
    near: (className) => nearest(className, names),
    names: () => names,
  }
}

/** Analyses that are at hand, by class name. */
export function analysesInMemory(analyses: ReadonlyMap<string, ModuleAnalysis>): AnalysisSource {
  return {
    find: (className) => {
      const analysis = analyses.get(className)
      return analysis === undefined ? undefined : { file: `${className}.json`, analysis }
    },
    near: (className) => nearest(className, analyses.keys()),
    names: () => [...analyses.keys()],
  }
}

type Check = (value: unknown, where: string) => void

/** Reads a module analysis; `bad-analysis` with the place where it is not one. */
function readAnalysis(file: string, text: string): ModuleAnalysis {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (e) {
    return raise('bad-analysis', `${file} is no JSON: ${e instanceof Error ? e.message : String(e)}`)
  }
  analysis(value, file)
  return value as ModuleAnalysis
}

const fail = (where: string, what: string): never => raise('bad-analysis', `${where} ${what}`)

const string: Check = (v, where) => {
  if (typeof v !== 'string') fail(where, 'is no text')
}
const integer: Check = (v, where) => {
  if (!Number.isInteger(v)) fail(where, 'is no integer')
}
const number: Check = (v, where) => {
  if (typeof v !== 'number') fail(where, 'is no number')
}
const count: Check = (v, where) => {
  if (typeof v !== 'string' && !(Number.isSafeInteger(v) && (v as number) >= 0))
    fail(where, 'is neither a formula nor a count')
}
const nullable =
  (check: Check): Check =>
  (v, where) => {
    if (v !== null) check(v, where)
  }
const optional =
  (check: Check): Check =>
  (v, where) => {
    if (v !== undefined) check(v, where)
  }
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (v, where) => {
    if (!allowed.includes(v)) fail(where, `is not ${allowed.map((a) => JSON.stringify(a)).join(' or ')}`)
  }
const list =
  (item: Check): Check =>
  (v, where) => {
    if (!Array.isArray(v)) fail(where, 'is no list')
    for (const [i, x] of (v as unknown[]).entries()) item(x, `${where}[${i}]`)
  }
const record =
  (item: Check): Check =>
  (v, where) => {
    for (const [key, x] of Object.entries(object(v, where))) item(x, `${where}.${key}`)
  }
const fields =
  (table: Readonly<Record<string, Check>>): Check =>
  (v, where) => {
    const o = object(v, where)
    for (const [key, check] of Object.entries(table))
      check(Object.hasOwn(o, key) ? o[key] : undefined, `${where}: ${key}`)
  }

function object(v: unknown, where: string): Record<string, unknown> {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return fail(where, 'is no object')
  return v as Record<string, unknown>
}

const memoryAccess = fields({ read: string, write: string })
const source: Check = (v, where) => {
  if (v !== 'bundled') fields({ file: string, line: integer })(v, where)
}
const common = { operation: string, analysis: string, flops: string, matmul_flops: string, memory_access: memoryAccess, repeat: optional(count), line: nullable(integer), source } // prettier-ignore
const basic = fields({ ...common, aten: string, in: list(string), out: list(string) })
const composite = fields({ ...common, module: string, class_name: string, variant: integer })

const kernel: Check = (v, where) => {
  const kind = object(v, where)['kernel_type']
  oneOf('basic', 'composite')(kind, `${where}: kernel_type`)
  ;(kind === 'basic' ? basic : composite)(v, where)
}

const variantFields: Record<keyof Omit<AnalysisVariant, 'lines' | 'weights'>, Check> = {
  parameters: list(fields({ name: string, meaning: string, value: number })),
  variables: record(fields({ meaning: string, value: number })),
  definitions: record(string),
  assumptions: list(fields({ condition: string, at: nullable(string) })),
  kernels: list(kernel),
}

const analysis = fields({
  schema_version: oneOf(1),
  provenance: (v, where) => void object(v, where),
  class_name: string,
  phase: string,
  sizes: fields({ batch_size: integer, seq_len: integer, cache_len: integer, encoder_len: optional(integer) }),
  ...variantFields,
  variants: optional(list(fields(variantFields))),
  memory: optional(fields({ weights: string, kv_cache: string, activations: string })),
})
