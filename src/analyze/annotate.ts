// The lines of a class's `forward()` with the kernels they launch, callees included, in one concrete call of a model.
import { nearest, raise, type SourceFile } from '../text/index.ts'
import { PyModule, type Vm } from '../python/index.ts'
import { buildModel, createVm, type Project } from '../huggingface/index.ts'
import type { KernelCall } from '../torch/index.ts'
import { callOf, type TraceRequest } from '../trace/model.ts'
import { runCall } from '../trace/run.ts'
import type { LedgerLine } from '../trace/formats.ts'
import { classNameOf } from './classes.ts'
import { LineLedgers } from './ledgers.ts'
import { Constructions, pathsBelow, recordRun, type CallRecord } from './records.ts'

export interface ForwardLines {
  readonly file: SourceFile
  /** `LlamaMLP.forward` */
  readonly name: string
  readonly firstLine: number
  readonly lastLine: number
  /** How often the call runs it. */
  readonly repeat: number
  readonly ledger: readonly LedgerLine[]
  /** What each line launches in one execution, callees included. */
  readonly kernels: ReadonlyMap<number, readonly KernelCall[]>
}

/** Runs a model once and takes apart the class named (bare or in full), else the model's own. */
export function annotateForward(project: Project, request: TraceRequest, className: string | undefined): ForwardLines {
  const vm = createVm(project)
  const ledgers = new LineLedgers(vm)
  const constructions = new Constructions(vm)
  const built = buildModel(vm, request)
  const records: CallRecord[] = []
  const call = { ...callOf(vm, built, request), padding: request.padding, inputs: request.inputs }
  runCall(
    vm,
    built,
    call,
    (run) => recordRun(vm, constructions, run, pathsBelow(built.model), (r) => records.push(r)).result,
  )
  // The outermost call returns last: the model's, or its encoder's.
  const chosen = className === undefined ? records.slice(-1) : records.filter((r) => named(r, className))
  const [record] = chosen
  if (record === undefined) {
    const names = [...new Set(records.map((r) => r.cls.name))]
    const wanted = className ?? ''
    const [near] = nearest(wanted, names)
    const dot = wanted.lastIndexOf('.')
    const module = dot < 0 ? built.cls.module : wanted.slice(0, dot)
    const name = wanted.slice(dot + 1)
    const [code, message] = hasName(vm, module, name)
      ? (['not-on-inference-path', `${wanted} is not called`] as const)
      : (['unknown-class', `${module} has no class ${name}`] as const)
    return raise(code, message, {
      hint: `${near === undefined ? '' : `Did you mean ${near}?   `}Called are: ${names.join(', ')}.`,
    })
  }
  const source = ledgers.sourceOf(record.cls)
  if (source === 'bundled')
    return raise('source-not-found', `${classNameOf(record.cls)} runs from a bundled stand-in`, {
      hint: 'Give the sources of PyTorch: --pytorch DIR.',
    })
  const fn = ledgers.functionOf(source.file, source.line)
  const file = ledgers.fileOf(source.file)
  if (fn === undefined || file === undefined) return raise('internal', `no function at ${source.file}:${source.line}`)
  return {
    file,
    name: `${record.cls.name}.forward`,
    firstLine: fn.lineno,
    lastLine: fn.end_lineno ?? fn.lineno,
    repeat: chosen.length,
    ledger: ledgers.of(record).filter((l) => l.line >= fn.lineno && l.line <= (fn.end_lineno ?? fn.lineno)),
    kernels: byLine(record),
  }
}

/** Whether a module of Python binds a name. */
function hasName(vm: Vm, module: string, name: string): boolean {
  const m = vm.importer.exists(module) ? vm.importer.get(module) : undefined
  return m instanceof PyModule && m.dict.has(name)
}

function named(record: CallRecord, className: string): boolean {
  return className.includes('.') ? classNameOf(record.cls) === className : record.cls.name === className
}

function byLine(record: CallRecord): ReadonlyMap<number, readonly KernelCall[]> {
  const lines = new Map<number, KernelCall[]>()
  for (const entry of record.entries) {
    if (entry.site === undefined) continue
    const calls = lines.get(entry.site.line) ?? []
    lines.set(entry.site.line, calls)
    calls.push(...(entry.kind === 'kernel' ? [entry.call] : allKernels(entry.record)))
  }
  return lines
}

/** The kernels of a record and of those it calls, in order. */
export function allKernels(record: CallRecord): readonly KernelCall[] {
  return record.entries.flatMap((e) => (e.kind === 'kernel' ? [e.call] : allKernels(e.record)))
}
