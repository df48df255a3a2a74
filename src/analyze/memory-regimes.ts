// The regimes of a model's memory. A program that loops over its tokens is another program for every number of them, so
// its run holds for that number alone; where the runs of two numbers in a row give the same formulas, these are taken to
// hold for all, and the analysis says so.
import { parseCondition, variablesOf } from '../sym/index.ts'
import { resultUnless } from '../text/index.ts'
import type { Project } from '../huggingface/index.ts'
import type { AssumptionInfo, MemoryAnalysis } from '../trace/formats.ts'
import { activationsOf } from './memory.ts'
import { analyzeMemory, type MemoryRequest, type MemoryRun } from './memory-run.ts'
import { cover } from './regimes.ts'

/** Regimes of one batch size. */
const mostRegimes = 8

/** Analyses of a model's memory, each after a prefill. */
export class MemoryAnalyses {
  readonly #runs = new Map<string, MemoryRun>()

  constructor(
    private readonly project: Project,
    private readonly request: Omit<MemoryRequest, 'phase' | 'sizes'>,
    /** Of the source of an encoder-decoder. */
    private readonly encoder_len?: number,
  ) {}

  /** One that speaks for these sizes. */
  at(batch: number, tokens: number): MemoryAnalysis {
    const run = this.#runAt(batch, tokens)
    if (!run.analysis.assumptions.some(pinsTokens)) return run.analysis
    // A loop over the tokens pins every number of them; a number that is a case of its own pins itself alone.
    const next = this.#runAt(batch, tokens + 1)
    return next.analysis.assumptions.some(pinsTokens) ? generalized(run, next) : run.analysis
  }

  /** Those that speak for every number of tokens from 2 to `longest`, or for the fewer ones that 8 speak for or the program runs with. */
  upTo(batch: number, longest: number): readonly MemoryAnalysis[] {
    return cover('seq_len', 2, longest, mostRegimes, (tokens) =>
      tokens === 2 ? this.at(batch, tokens) : resultUnless(['python-error'], () => this.at(batch, tokens)),
    )
  }

  /** The model's, as the first analysis had them. */
  get weights(): MemoryRun['weights'] {
    return [...this.#runs.values()][0]?.weights ?? []
  }

  #runAt(batch_size: number, seq_len: number): MemoryRun {
    const key = `${batch_size} ${seq_len}`
    const sizes = { batch_size, seq_len, cache_len: 0, encoder_len: this.encoder_len }
    const run = this.#runs.get(key) ?? analyzeMemory(this.project, { ...this.request, phase: 'prefill', sizes })
    this.#runs.set(key, run)
    return run
  }
}

/** `{seq_len} == 5` */
function pinsTokens({ condition }: AssumptionInfo): boolean {
  const { left, op, right } = parseCondition(condition)
  const [variables, others] = [variablesOf(left), variablesOf(right)]
  return op === '==' && others.length === 0 && variables.length === 1 && variables[0] === 'seq_len'
}

/**
 * What two runs have in common. The loop's own tensors have as many terms as there are tokens, so of the activations
 * those peaks are kept that both runs have; the largest has to be one of them.
 */
function generalized({ analysis, peaks }: MemoryRun, next: MemoryRun): MemoryAnalysis {
  const formulas = ({ cache, readings }: MemoryAnalysis) => JSON.stringify([cache, readings])
  if (formulas(analysis) !== formulas(next.analysis) || peaks[0]?.key !== next.peaks[0]?.key) return analysis
  const others = new Set(next.peaks.map((p) => p.key))
  return {
    ...analysis,
    activations: activationsOf(peaks.filter((p) => others.has(p.key))),
    assumptions: analysis.assumptions.filter((a) => !pinsTokens(a)),
    generalized_from: [analysis.sizes.seq_len, next.analysis.sizes.seq_len],
  }
}
