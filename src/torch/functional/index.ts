// torch.nn.functional and the namespaces beside `torch`: their function tables, and what of them `torch` and Tensor have too.
import { linear } from '../contractions.ts'
import { asTensor } from '../arguments.ts'
import { aliases, merged, torchFunctions, type FunctionSet, type FunctionTable } from '../functions.ts'
import { isTensor } from '../tensor.ts'
import { activationSet, functionalActivations } from './activation.ts'
import { attentionFunctions, groupedFunctions } from './attention.ts'
import { convolutionFunctions, torchConvolutions } from './convolution.ts'
import { distanceFunctions } from './distance.ts'
import { functionalDropout, torchDropout } from './dropout.ts'
import { functionalEmbeddings, torchEmbeddings } from './embedding.ts'
import { linalgSet } from './linalg.ts'
import { torchLosses } from './losses.ts'
import { functionalNorms, normFunctions, torchNorms } from './normalization.ts'
import { functionalPadding, paddingSet } from './padding.ts'
import { functionalPooling } from './pooling.ts'
import { functionalResampling, resamplingSet } from './resampling.ts'
import { functionalSoftmax } from './softmax.ts'

export { fftFunctions } from './fft.ts'
export { linalgFunctions } from './linalg.ts'
export { nnLosses } from './losses.ts'

const linearFunction = torchFunctions({
  'linear(input, weight, bias=None)': (vm, [input, weight, bias]) =>
    linear(vm, asTensor(vm, input), asTensor(vm, weight, "argument 'weight'"), isTensor(bias) ? bias : undefined),
})

/** Names of torch.nn.functional; those written in Python come on top (standins/functional.ts). */
export const functionalFunctions: FunctionTable = merged(
  linearFunction,
  functionalActivations,
  functionalSoftmax,
  functionalDropout,
  normFunctions,
  functionalNorms,
  functionalEmbeddings,
  functionalPadding,
  functionalPooling,
  functionalResampling,
  convolutionFunctions,
  distanceFunctions,
  attentionFunctions,
  groupedFunctions,
)

function pick(table: FunctionTable, names: string): FunctionTable {
  return Object.fromEntries(
    names.split(' ').flatMap((name) => (table[name] === undefined ? [] : [[name, table[name]]])),
  )
}

/** What `torch` and Tensor share with these namespaces. */
export const layerFunctionSets: readonly FunctionSet[] = [
  activationSet,
  paddingSet,
  resamplingSet,
  linalgSet,
  {
    torch: merged(
      convolutionFunctions,
      torchConvolutions,
      torchDropout,
      torchEmbeddings,
      normFunctions,
      torchNorms,
      distanceFunctions,
      torchLosses,
      aliases(groupedFunctions, { _grouped_mm: 'grouped_mm' }),
      pick(
        functionalPooling,
        'max_pool1d max_pool2d max_pool3d max_pool1d_with_indices avg_pool1d adaptive_avg_pool1d adaptive_max_pool1d',
      ),
      pick(functionalDropout, 'alpha_dropout feature_alpha_dropout'),
    ),
  },
]
