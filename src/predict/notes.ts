// What a reader of a prediction has to know to take its numbers for what they are.
import type { StretchCost } from './cost.ts'
import { modelFormats } from './dtypes.ts'
import { kernelFacts } from './kernel-facts.ts'
import type { PredictRequest } from './predict.ts'

export interface Note {
  readonly text: string
  /** It holds for every prediction of this kind. */
  readonly standard: boolean
}

interface NoteRow {
  readonly standard?: true
  readonly applies: (request: PredictRequest, stretches: readonly StretchCost[]) => boolean
  readonly text: (request: PredictRequest) => string
}

const rows: readonly NoteRow[] = [
  {
    standard: true,
    applies: () => true,
    text: () =>
      'Uncalibrated: each kernel takes the longer of arithmetic and memory traffic at the published peaks, and its launch.',
  },
  {
    standard: true,
    applies: () => true,
    text: () => 'Contractions run at the tensor peak of their format, all other arithmetic at the fp32 vector peak.',
  },
  {
    applies: ({ format }) => format === 'f32',
    text: () => 'float32 contractions run at the fp32 vector peak, as PyTorch does unless TF32 is allowed.',
  },
  {
    applies: ({ format, weightBits, model }) =>
      model.stored === undefined && weightBits !== 8 * modelFormats[format].bytes,
    text: ({ format, weightBits }) =>
      `All weights are read and kept at ${weightBits} bits and multiplied in ${format}.`,
  },
  {
    applies: ({ model }) => model.stored !== undefined,
    text: ({ format }) =>
      `Weights are kept and read as the checkpoint stores them. They are multiplied in ${format}, or in their own format where what they meet is quantised too and the accelerator has it; conversions on the way are not counted.`,
  },
  {
    applies: (_, stretches) =>
      stretches.some((s) => s.regime.analysis.phase === 'prefill' && s.regime.analysis.logits !== 'last'),
    text: () =>
      'The analysis of the prefill computes logits for every position; generation needs those of the last alone.',
  },
  {
    applies: (_, stretches) =>
      stretches.some((s) => s.kernels.some((k) => kernelFacts[k.kernel.use.kernel.aten]?.experts !== undefined)),
    text: () => 'Grouped experts read the weights of the experts expected to be chosen under uniform routing.',
  },
]

export function notesOf(request: PredictRequest, stretches: readonly StretchCost[]): Note[] {
  return rows
    .filter((row) => row.applies(request, stretches))
    .map((row) => ({ text: row.text(request), standard: row.standard ?? false }))
}
