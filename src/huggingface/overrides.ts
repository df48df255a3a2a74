// Overrides: facts that somebody, a person or an agent, wrote down for what the engine can't find out: what a kernel of an
// extension does and costs, and which way a branch goes that depends on data. Each has the source lines it rests on. The
// types are those of `lm-predictor.overrides.json`; the schema is schemas/overrides_schema.json.
import type { HostModule, Overlay, Vm, VmOptions } from '../python/index.ts'
import { Decisions, Locator, type Decision } from '../python/index.ts'
import {
  describedFunction,
  describedKernels,
  packagesOnRequest,
  parseDimension,
  parseOver,
  parseSchema,
  unsupportedFunction,
  type DescribedKernel,
  type OutputRule,
} from '../torch/index.ts'

/** Taken from the folder that a command runs in, where no other file is named. */
export const overridesFileName = 'lm-predictor.overrides.json'

/** A line of source that a statement rests on. `file` as stops name it: from its package's folder on. */
export interface Citation {
  readonly file: string
  readonly line: number
  /** The line as it stands there, leading and trailing spaces aside. */
  readonly text: string
}

export type Author =
  | { readonly kind: 'person'; readonly name?: string }
  | { readonly kind: 'agent'; readonly agent: string; readonly model: string }

/** `not-checkable` leaves a doubt; `not-run` is a check that nobody asked for, or that others make up for. */
export type CheckStatus = 'pass' | 'fail' | 'not-checkable' | 'not-run'

/** One check of something submitted, and what came out. */
export interface Check {
  readonly name: string
  readonly status: CheckStatus
  readonly details: readonly string[]
}

/** `verified`: compared with what the engine finds. `unverified`: nothing speaks against it. `rejected`: something does. */
export type Verdict = 'verified' | 'unverified' | 'rejected'

export interface CheckReport {
  readonly verdict: Verdict
  /** Why it is not verified; what to mend where it is rejected. */
  readonly why: readonly string[]
  readonly checks: readonly Check[]
}

interface Entry {
  readonly author: Author
  /** What the checks said when the entry was written; they are made again whenever it is read. */
  readonly check?: CheckReport
}

/** A formula over the arguments (src/torch/notation.ts), with the reason for it and the lines it follows from. */
export interface Justified {
  readonly formula: string
  readonly because: string
  readonly source: readonly Citation[]
}

interface OutputBase {
  readonly name: string
  readonly because?: string
  readonly source: readonly Citation[]
}

export type OutputOverride =
  /** Shape of an argument; its dtype too unless another is named. */
  | (OutputBase & { readonly like: string; readonly dtype?: string })
  /** Dimensions as formulas or stretches of an argument's (`x.shape[:-1]`); dtype by name, or an argument's name. */
  | (OutputBase & { readonly shape: readonly string[]; readonly dtype: string })
  /** An argument, written into. */
  | (OutputBase & { readonly is: string })

export interface KernelOverride extends Entry {
  readonly kind: 'kernel'
  /** The dotted name that a stop asked for: `torch.ops.my_ext.fused_mlp`, `my_pkg.kernels.rms_norm`. */
  readonly name: string
  /** `(Tensor x, Tensor weight, float eps=1e-06) -> Tensor` */
  readonly schema: string
  readonly outputs: readonly OutputOverride[]
  readonly flops: Justified
  readonly matmul_flops: Justified
  readonly read: Justified
  readonly write: Justified
  /** Packages that are not given and that the sources around the kernel import: importing them is fine, calling is not. */
  readonly imports?: readonly string[]
  /** A function in plain PyTorch that computes the same, by its dotted name: its own trace is compared. */
  readonly reference?: string
  /** Calls it was met with, argument by argument, as the stop showed them: the checks run at these shapes and at others like them. */
  readonly calls?: readonly (readonly string[])[]
}

export interface BranchOverride extends Entry {
  readonly kind: 'branch'
  /** The line that reads the values. */
  readonly at: Citation
  /** The truth of the line's condition; or a number as a formula over what is visible there (`x.shape[0]`). */
  readonly decision: boolean | string
  /** Of a number, where its line reads several: the one that is meant, as the stop names it: `bincount()`. */
  readonly reads?: string
  readonly because: string
  readonly source: readonly Citation[]
}

export type Override = KernelOverride | BranchOverride

/** `lm-predictor.overrides.json` */
export interface OverridesFile {
  readonly schema_version: 1
  readonly overrides: readonly Override[]
}

/** An entry with what checking it said. */
export interface CheckedOverride {
  readonly entry: Override
  readonly verdict: Verdict
}

/** What a report says of an entry that was used. */
export interface OverrideUse {
  /** A kernel's dotted name, or the place of a branch. */
  readonly name: string
  readonly kind: Override['kind']
  readonly verdict: Verdict
  readonly author: string
  /** Times that the run went by it. */
  readonly uses: number
}

/** How an entry is named to people: a kernel's name, a branch's place. */
export function overrideName(entry: Override): string {
  if (entry.kind === 'kernel') return entry.name
  return [`${entry.at.file}:${entry.at.line}`, ...(entry.reads === undefined ? [] : [entry.reads])].join(' ')
}

/** The entries of a project, and how often its runs went by each. */
export class Overrides {
  private readonly counts = new Map<Override, number>()

  constructor(readonly entries: readonly CheckedOverride[]) {}

  use(entry: Override): void {
    this.counts.set(entry, (this.counts.get(entry) ?? 0) + 1)
  }

  /** Entries that runs went by. */
  get used(): readonly OverrideUse[] {
    return this.entries.flatMap(({ entry, verdict }) => {
      const uses = this.counts.get(entry) ?? 0
      const author = authorText(entry.author)
      return uses === 0 ? [] : [{ name: overrideName(entry), kind: entry.kind, verdict, author, uses }]
    })
  }
}

// --- From entries to what a machine runs with ---------------------------------------------------------------------------

function authorText(author: Author): string {
  if (author.kind === 'agent') return `${author.agent} (${author.model})`
  return author.name ?? 'a person'
}

function citationText({ file, line }: Citation): string {
  return `${file}:${line}`
}

function ruleText(verdict: Verdict, entry: KernelOverride, parts: readonly Justified[]): string {
  const reasons = parts.map((p) => `${p.because} (${p.source.map(citationText).join(', ')})`)
  return `override by ${authorText(entry.author)}, ${verdict}: ${[...new Set(reasons)].join('; ')}`
}

const operatorPrefix = 'torch.ops.'

/** How traces call a described kernel: operators as the dispatcher does. */
function opOf(name: string): string {
  return name.startsWith(operatorPrefix) ? `${name.slice(operatorPrefix.length)}.default` : name
}

function outputRule(output: OutputOverride): OutputRule {
  const { name } = output
  if ('is' in output) return { name, is: output.is }
  if ('like' in output) return { name, like: output.like, dtype: output.dtype }
  return { name, shape: output.shape.map(parseDimension), dtype: output.dtype }
}

/** A kernel entry as the engine runs it. */
function describedKernel(entry: KernelOverride, verdict: Verdict, used: () => void): DescribedKernel {
  return {
    name: entry.name,
    op: opOf(entry.name),
    schema: parseSchema(entry.schema),
    outputs: entry.outputs.map(outputRule),
    flops: parseOver(entry.flops.formula),
    matmulFlops: parseOver(entry.matmul_flops.formula),
    read: parseOver(entry.read.formula),
    write: parseOver(entry.write.formula),
    arithmeticRule: ruleText(verdict, entry, [entry.flops, entry.matmul_flops]),
    trafficRule: ruleText(verdict, entry, [entry.read, entry.write]),
    used,
  }
}

/** The decisions among the entries; undefined where there are none. */
export function decisionsOf(overrides: Overrides): Decisions | undefined {
  const decisions = overrides.entries.flatMap(({ entry }): Decision[] => {
    if (entry.kind !== 'branch') return []
    const { at, decision: value, reads } = entry
    return [{ file: at.file, line: at.line, value, reads, used: () => overrides.use(entry) }]
  })
  return decisions.length === 0 ? undefined : new Decisions(decisions)
}

/** Puts the kernels among the entries where calls look for them. */
export function describeKernels(vm: Vm, overrides: Overrides): void {
  const table = vm.state(describedKernels)
  for (const { entry, verdict } of overrides.entries) {
    if (entry.kind === 'kernel')
      table.set(
        entry.name,
        describedKernel(entry, verdict, () => overrides.use(entry)),
      )
  }
}

// --- Modules that the entries bring along ---------------------------------------------------------------------------------

/** The module that a kernel's name lies in: the longest part of it that has a source, else all but the last word. */
function splitName(locator: Locator, name: string): { readonly module: string; readonly path: readonly string[] } {
  const parts = name.split('.')
  for (let count = parts.length - 1; count > 0; count--) {
    const module = parts.slice(0, count).join('.')
    if (locator.find(module)?.path !== undefined) return { module, path: parts.slice(count) }
  }
  return { module: parts.slice(0, -1).join('.'), path: parts.slice(-1) }
}

export interface OverrideModules {
  readonly hostModules: readonly HostModule[]
  readonly overlays: readonly Overlay[]
}

/** A package that is not there: whatever is asked of it has a name and ends the analysis when it is called. */
function opaqueModule(name: string): HostModule {
  return {
    name,
    reason: 'an extension that an override describes',
    make: () => ({}),
    fallback: (vm, attribute) => {
      const full = `${name}.${attribute}`
      return vm.state(describedKernels).has(full) ? describedFunction(full) : unsupportedFunction(full)
    },
  }
}

/** Functions of a source file whose place descriptions take. */
function replacement(module: string, paths: readonly (readonly string[])[]): Overlay {
  const lines = paths.map((path) => `${path.join('.')} = _described("${[module, ...path].join('.')}")`)
  const source = ['from torch._lm_predictor import described as _described', ...lines, ''].join('\n')
  return { module, mode: 'extend', reason: 'functions that overrides describe', source }
}

/**
 * Stand-ins for the modules that kernels are called from: a module that has a source runs it, with the described functions
 * in place of its own; one that has none is made of the descriptions.
 */
export function overrideModules(
  overrides: Overrides,
  project: Pick<VmOptions, 'sources' | 'roots' | 'findPackage'>,
  known: Pick<VmOptions, 'hostModules' | 'overlays'>,
): OverrideModules {
  const locator = new Locator({ ...project, ...known })
  const isKnown = (name: string): boolean => {
    const place = locator.find(name)
    return place?.host !== undefined || place?.overlay !== undefined
  }
  const replaced = new Map<string, (readonly string[])[]>()
  const imported = new Set<string>()
  const opaque = new Set<string>()
  for (const { entry } of overrides.entries) {
    if (entry.kind !== 'kernel') continue
    for (const name of entry.imports ?? []) if (locator.find(name) === undefined) imported.add(name)
    const { module, path } = splitName(locator, entry.name)
    // Its functions are looked for in what stands in for the package once a program imports it.
    const [first = ''] = module.split('.')
    if (packagesOnRequest.has(first) && locator.find(first) === undefined) continue
    if (isKnown(module) || module.startsWith(operatorPrefix)) continue
    if (locator.find(module)?.path === undefined) opaque.add(module)
    else replaced.set(module, [...(replaced.get(module) ?? []), path])
  }
  return {
    hostModules: [...opaque, ...[...imported].filter((n) => !packagesOnRequest.has(n))].map(opaqueModule),
    overlays: [
      ...[...imported].flatMap((n) => packagesOnRequest.get(n) ?? []),
      ...[...replaced].map(([module, paths]) => replacement(module, paths)),
    ],
  }
}
