// Stage 1 of a whole model: one symbolic run, cut into records, turned into one analysis for each class that it calls.
import { formatSpan, raise } from '../text/index.ts'
import {
  conditionText,
  print,
  exprOf,
  substitute,
  SymInt,
  variableExpr,
  variablesOf,
  type Expr,
  type Int,
  type Scope,
} from '../sym/index.ts'
import { getAttrOr, PyClass, PyInstance, type Value, type Vm } from '../python/index.ts'
import {
  buildModel,
  callDriver,
  createVm,
  type BuiltModel,
  type ModelSpec,
  type Project,
} from '../huggingface/index.ts'
import { torchState, type KernelCall, type Storage } from '../torch/index.ts'
import type { Phase } from '../trace/labels.ts'
import { runCall, type NamedInput } from '../trace/run.ts'
import type {
  AnalysisSizes,
  FixedConfig,
  LedgerLine,
  MemoryInfo,
  ModuleAnalysis,
  Provenance,
} from '../trace/formats.ts'
import { allKernels } from './annotate.ts'
import { ClassTable, classNameOf, describeVariant, type Reference } from './classes.ts'
import { fixedConfig } from './fixedConfig.ts'
import { declareWidths, GenericClasses } from './generic.ts'
import { holding, type Holding } from './held.ts'
import { LineLedgers } from './ledgers.ts'
import { activationsOf, bytesReachable, heldSource, peakActivations, weightBytes } from './memory.ts'
import { completeSizes, symbolicSizes } from './sizes.ts'
import { Constructions, pathsBelow, recordRun, type CallRecord } from './records.ts'
import { stepping } from './steady.ts'

export interface AnalyzeRequest extends ModelSpec {
  readonly phase: Phase
  readonly sizes: AnalysisSizes
  /** Logits of the last position alone, as `generate` asks for. */
  readonly lastLogits?: boolean | undefined
  /** The last of the cached tokens is one that a step has left. */
  readonly afterStep?: boolean | undefined
  /** Images and sounds as well, where text alone would do. */
  readonly everything?: boolean | undefined
  /** Which of the ways to shape images and sounds. */
  readonly layout?: number | undefined
  /** Inputs in place of `input_ids`, by the variables of the call's sizes. */
  readonly inputs?: ((sizes: Readonly<Record<string, Int>>) => readonly NamedInput[]) | undefined
}

/** Analyses by class, the model's own first. */
export interface ModelRun {
  readonly root: string
  /** Of the root in the model: '' but for an encoder that is called by itself. */
  readonly path: string
  readonly analyses: ReadonlyMap<string, ModuleAnalysis>
  readonly scope: Scope
}

/** The class of Transformers' configs, by the name that every version has; undefined where Transformers isn't given. */
function configClass(vm: Vm): Value | undefined {
  const module = 'transformers.configuration_utils'
  return vm.importer.exists(module) ? getAttrOr(vm, vm.importer.get(module), 'PretrainedConfig') : undefined
}

/** The variables of a run, as the analysis of its root calls them. */
type OwnNames = ReadonlyMap<string, Expr>

function namesIn({ args }: Reference): OwnNames {
  const names = new Map<string, Expr>()
  for (const [own, value] of args) {
    const [name, ...others] = value instanceof SymInt ? variablesOf(value.expr) : []
    const isVariable = name !== undefined && others.length === 0 && print(exprOf(value)) === print(variableExpr(name))
    if (isVariable && !names.has(name)) names.set(name, variableExpr(own))
  }
  return names
}

export class ModelAnalyzer {
  private readonly vm: Vm
  private readonly scope: Scope
  private readonly table: ClassTable
  private readonly constructions: Constructions
  private readonly generic: GenericClasses
  private readonly ledgers: LineLedgers
  private readonly configBase: Value | undefined
  private built: BuiltModel | undefined
  private sizes: AnalysisSizes
  private fixed: FixedConfig | undefined

  constructor(
    project: Project,
    private readonly provenance: Provenance,
    private readonly request: AnalyzeRequest,
  ) {
    this.vm = createVm(project)
    this.scope = this.vm.scope
    this.sizes = request.sizes
    this.ledgers = new LineLedgers(this.vm)
    this.table = new ClassTable((file, line) => this.ledgers.lineOf(file, line), this.scope)
    this.constructions = new Constructions(this.vm)
    this.configBase = configClass(this.vm)
    this.generic = new GenericClasses(
      this.vm,
      this.constructions,
      this.table,
      (v) => this.isConfig(v),
      (r, s) => this.onRecord(r, s),
    )
  }

  private isConfig(v: Value): boolean {
    return v instanceof PyInstance && this.configBase instanceof PyClass && v.cls.isSubclassOf(this.configBase)
  }

  private onRecord(record: CallRecord, scope: Scope): void {
    const generic = this.generic.reference(record)
    this.table.refer(record, generic ?? this.inPlace(record, scope))
  }

  /** A class made from a config: its analysis is in the variables of the run it is part of. */
  private inPlace(record: CallRecord, scope: Scope): Reference {
    const { className, variant, free } = this.table.add(record, scope, this.generic.parametersOf(scope))
    const args = free.map((name) => {
      const info =
        scope.variables.get(name) ?? raise('internal', `${className} has a variable ${name} of another scope`)
      return [name, scope.variable(name, info.hint, info.meaning)] as const
    })
    return { className, variant, args }
  }

  /** Runs the model once and analyses every class that it calls. */
  run(): ModelRun {
    const { vm, scope } = this
    const built = buildModel(vm, this.request, scope)
    this.built = built
    this.fixed = fixedConfig(vm, built.config)
    this.sizes = completeSizes(vm, built, this.request.phase, this.request.sizes)
    const sizes = symbolicSizes(scope, this.sizes)
    declareWidths(vm.state(torchState), scope)
    let root: CallRecord | undefined
    const { phase, lastLogits, afterStep, everything, layout } = this.request
    const inputs = this.request.inputs?.({
      ...{ batch_size: sizes.batch, seq_len: sizes.seq, cache_len: sizes.cache },
      ...(sizes.encoder === undefined ? {} : { encoder_len: sizes.encoder }),
    })
    const until = new Map<Storage, KernelCall>()
    const since = scope.assumed
    const recorded = (run: () => Value): Value => {
      const held = (): Value => holding(vm, until, run)
      const taken = recordRun(vm, this.constructions, held, pathsBelow(built.model), (r) => this.onRecord(r, scope))
      root = taken.root
      return taken.result
    }
    const cacheOf = (returned: Value): Value => callDriver(vm, 'cache_of', [returned])
    const output = runCall(
      vm,
      built,
      { phase, sizes, inputs, lastLogits, afterStep, everything, layout },
      (run, past) =>
        phase !== 'decode' || past === undefined
          ? recorded(run)
          : stepping(vm, scope, { since, model: built.model, past, run: () => recorded(run), cacheOf }),
    )
    if (root === undefined) return raise('internal', 'the model was not called')
    const rootRecord: CallRecord = root
    const own = namesIn(this.table.calleeOf(rootRecord))
    const memory = this.memory(built, allKernels(rootRecord), until, output, own)
    const analyses = this.analyses(rootRecord, memory)
    return { root: classNameOf(rootRecord.cls), path: rootRecord.path, analyses, scope }
  }

  private memory(
    built: BuiltModel,
    calls: readonly KernelCall[],
    until: Holding,
    output: Value,
    own: OwnNames,
  ): MemoryInfo {
    const { vm } = this
    const cache = this.request.phase === 'forward' ? null : callDriver(vm, 'cache_of', [output])
    const renamed = (x: Int): Expr => substitute(exprOf(x), own)
    return {
      weights: print(renamed(weightBytes(vm, built.model)), { braces: true }),
      kv_cache: print(renamed(bytesReachable(vm, cache)), { braces: true }),
      activations: activationsOf(
        peakActivations(vm, { calls, until, given: heldSource(vm, output), cache }).map(renamed),
      ),
    }
  }

  private analyses(root: CallRecord, memory: MemoryInfo): ReadonlyMap<string, ModuleAnalysis> {
    const result = new Map<string, ModuleAnalysis>()
    const names = [...this.table.classes.keys()]
    const rootName = classNameOf(root.cls)
    for (const name of [rootName, ...names.filter((n) => n !== rootName)]) {
      result.set(name, this.analysisOf(name, name === rootName ? memory : undefined))
    }
    return result
  }

  private analysisOf(className: string, memory: MemoryInfo | undefined): ModuleAnalysis {
    const entry = this.table.classes.get(className) ?? raise('internal', `${className} was not analysed`)
    const formulas = memory === undefined ? [] : Object.values(memory)
    const [first, ...others] = entry.variants.map((v) => ({
      ...describeVariant(v, formulas),
      lines: this.ledgers.of(v.record),
    }))
    if (first === undefined) return raise('internal', `${className} has no variant`)
    return {
      schema_version: 1,
      provenance: this.provenance,
      class_name: className,
      source: this.ledgers.sourceOf(entry.cls),
      phase: this.request.phase,
      sizes: this.sizes,
      ...first,
      ...(others.length > 0 ? { variants: others } : {}),
      ...(memory === undefined ? {} : { memory }),
      ...(memory === undefined || this.fixed === undefined ? {} : { config: this.fixed }),
    }
  }

  /** Analyses of the classes whose calls ended before a run stopped: what came later has no part in them. */
  endedAnalyses(): ReadonlyMap<string, ModuleAnalysis> {
    return new Map([...this.ended].map((name) => [name, this.analysisOf(name, undefined)] as const))
  }

  /** The classes whose calls have ended so far. */
  get ended(): ReadonlySet<string> {
    return new Set(this.table.classes.keys())
  }

  get isBuilt(): boolean {
    return this.built !== undefined
  }

  /** The run so far, for SCRATCHPAD.md. */
  scratchpad(stopped?: { readonly code: string; readonly message: string; readonly at: string | undefined }): string {
    return scratchpadText(this.request, this.built, this.scope, [...this.table.classes.keys()], stopped)
  }

  /** The ledgers of a class's lines, for SCRATCHPAD.md. */
  ledgerLines(className: string): readonly LedgerLine[] {
    const entry = this.table.classes.get(className)
    return entry?.variants.flatMap((v) => this.ledgers.of(v.record)) ?? []
  }
}

function scratchpadText(
  request: AnalyzeRequest,
  built: BuiltModel | undefined,
  scope: Scope,
  classes: readonly string[],
  stopped: { readonly code: string; readonly message: string; readonly at: string | undefined } | undefined,
): string {
  const lines = [
    '# Scratchpad',
    '',
    `Target: ${built === undefined ? (request.className ?? 'a config') : classNameOf(built.cls)}, phase ${request.phase}`,
    '',
  ]
  lines.push(
    '## Classes analysed',
    '',
    ...(classes.length === 0 ? ['none'] : classes.map((c) => `- ${c}`)),
    '',
    '## Assumptions',
    '',
  )
  const assumed = scope.assumptions.map(
    (a) => `- ${conditionText(a)}${a.at === undefined ? '' : ` (${formatSpan(a.at)})`}`,
  )
  lines.push(...(assumed.length === 0 ? ['none'] : assumed), '')
  if (stopped !== undefined)
    lines.push(
      '## Stopped',
      '',
      `${stopped.code}: ${stopped.message}`,
      ...(stopped.at === undefined ? [] : [`at ${stopped.at}`]),
      '',
    )
  return `${lines.join('\n')}`
}
