// Work on every model type of a library, several at a time: what `coverage` and `verify --all` have in common.
import { coverageJson, coverageText, errorReport, type Coverage, type CoverageRow } from '../report/index.ts'
import { raise } from '../text/index.ts'
import { answer, type Call } from './command.ts'
import type { Engine, ModelType, Origin, SourceOptions } from './engine.ts'
import { ledgerOf, type RecordedType } from './ledger.ts'
import { Progress } from './progress.ts'

/** What a check of one type finds. */
export type Finding = Pick<CoverageRow, 'status' | 'kernels'> & Partial<Pick<CoverageRow, 'differing'>>

/** Checks one type; what stops it becomes its row. */
export type TypeCheck = (engine: Engine, type: ModelType, recorded: RecordedType | undefined) => Promise<Finding>

export interface Chosen {
  readonly options: SourceOptions
  /** Of the names of model types. */
  readonly filter: RegExp
  readonly workers: number
}

/** `--filter`; everything where it is not given. */
export function filterOption({ flags, problems }: Call): RegExp {
  const text = flags.text('filter') ?? ''
  return problems.attempt(() => expressionOf(text)) ?? /^/
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    return raise('bad-option', `--filter ${text}: expected a regular expression`)
  }
}

export async function everyType(
  { engine, anotherEngine, io }: Call,
  { options, filter, workers }: Chosen,
  check: TypeCheck,
): Promise<Coverage & Origin> {
  const { version, types, ...origin } = await engine.modelTypes(options)
  const ledger = ledgerOf(version)
  const recorded = new Map(ledger?.types.map((t) => [`${t.kind} ${t.model_type}`, t]))
  const chosen = types.filter((t) => filter.test(t.modelType))
  if (chosen.length === 0)
    return raise('bad-option', `no model type of transformers ${version} matches ${filter.source}`)
  const progress = new Progress(io)
  const rows = new Map<ModelType, CoverageRow>()
  const open = [...chosen]
  const work = async (worker: Engine): Promise<void> => {
    for (let type = open.shift(); type !== undefined; type = open.shift()) {
      const { kind, modelType, className } = type
      progress.at(rows.size, chosen.length, modelType)
      const known = recorded.get(`${kind} ${modelType}`)
      const found = await finding(check(worker, type, known))
      rows.set(type, { kind, modelType, className, isRecorded: known !== undefined, ...found })
    }
  }
  const engines = [engine, ...Array.from({ length: Math.min(workers, chosen.length) - 1 }, anotherEngine)]
  await Promise.all(engines.map(work))
  progress.done()
  return { ...origin, version, torch: ledger?.torch, rows: chosen.flatMap((t) => rows.get(t) ?? []) }
}

async function finding(check: Promise<Finding>) {
  try {
    return { differing: [], stop: undefined, ...(await check) }
  } catch (error) {
    const { code, message, where } = errorReport(error)
    const stop = { code, message, file: where?.file, line: where?.line }
    return { status: 'stopped', kernels: 0, differing: [], stop } as const
  }
}

/** Prints what was found. Returns the exit code: 1 where a type differs. */
export async function answerCoverage(
  call: Call,
  { sources, config_sha256, ...coverage }: Coverage & Origin,
  text: (coverage: Coverage) => readonly string[] = (c) => coverageText(c, call.io.terminal),
): Promise<number> {
  const json = () => coverageJson(coverage, call.provenance({ sources, config_sha256 }))
  await answer(call, 'coverage', () => text(coverage), json)
  return coverage.rows.some((r) => r.status === 'different') ? 1 : 0
}
