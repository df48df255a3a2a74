// All functions: gathered from their tables, put into the Tensor class, and offered to the module `torch`. A name that two
// tables declare for the same place throws while the program loads.
import { fillClass } from '../../python/native.ts'
import { layerFunctionSets } from '../functional/index.ts'
import { merged, type FunctionSet, type FunctionTable } from '../functions.ts'
import { knownFunctions } from '../namespace/names.ts'
import { unsupportedMethod } from '../namespace/unsupported.ts'
import { tensorClass } from '../tensor.ts'
import { arithmeticFunctions } from './arithmetic.ts'
import { comparisonFunctionSet } from './comparison.ts'
import { compositeFunctionSet } from './composites.ts'
import { contractionFunctions } from './contractions.ts'
import { conversionFunctions } from './conversion.ts'
import { factoryFunctions, fillConstructors } from './factories.ts'
import { indexingFunctions } from './indexing.ts'
import { joiningFunctions } from './joining.ts'
import { attributes, queryFunctions } from './queries.ts'
import { randomFunctions } from './random.ts'
import { reductionFunctions } from './reductions.ts'
import { unaryFunctions } from './unary.ts'
import { viewAttributes, viewFunctions } from './views.ts'

const functionSets: readonly FunctionSet[] = [
  viewFunctions,
  queryFunctions,
  conversionFunctions,
  factoryFunctions,
  unaryFunctions,
  arithmeticFunctions,
  comparisonFunctionSet,
  compositeFunctionSet,
  reductionFunctions,
  indexingFunctions,
  joiningFunctions,
  randomFunctions,
  contractionFunctions,
  ...layerFunctionSets,
]

function tables(...kinds: readonly (keyof FunctionSet)[]): FunctionTable {
  return merged(...functionSets.flatMap((set) => kinds.map((kind) => set[kind] ?? {})))
}

/** Methods of Tensor. */
export const tensorMethods: FunctionTable = tables('both', 'methods')

/** Functions of the module `torch`; most methods that work in place are functions there as well. */
export const moduleFunctions: FunctionTable = {
  ...pick(tensorMethods, (name) => name.endsWith('_') && !name.startsWith('__')),
  ...tables('both', 'torch'),
}

/** Those that PyTorch has in that place. */
function pick(table: FunctionTable, wanted: (name: string) => boolean): FunctionTable {
  const known: ReadonlySet<string> = new Set(knownFunctions.torch)
  return Object.fromEntries(Object.entries(table).filter(([name]) => wanted(name) && known.has(name)))
}

const properties = { ...attributes, ...viewAttributes }

/** Methods that nothing here implements: a tensor has them, and calling one ends the analysis. */
const otherMethods = Object.fromEntries(
  [...knownFunctions['torch.Tensor']]
    .filter((name) => !Object.hasOwn(tensorMethods, name) && !Object.hasOwn(properties, name))
    .map((name) => [name, unsupportedMethod(`torch.Tensor.${name}`)]),
)

fillClass(tensorClass, { methods: { ...tensorMethods, ...otherMethods }, properties })
fillConstructors()
