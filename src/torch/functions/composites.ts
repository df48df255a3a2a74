// Functions that PyTorch makes of others, here in Python (standins/composites.ts), offered beside those that are rows here.
import { native } from '../../python/native.ts'
import { getAttr } from '../../python/object.ts'
import type { FunctionSet, FunctionTable } from '../functions.ts'
import { runScripted } from '../scripted.ts'
import { compositeNames, compositesModule, torchCompositeNames } from '../standins/composites.ts'

function composed(names: readonly string[]): FunctionTable {
  return Object.fromEntries(
    names.map((name) => [
      name,
      native(`${name}(*args, **kwargs)` as 'composite(*args, **kwargs)', (vm, [args, kwargs]) =>
        runScripted(vm, getAttr(vm, vm.importer.get(compositesModule), name), args, kwargs),
      ),
    ]),
  )
}

export const compositeFunctionSet: FunctionSet = {
  both: composed(compositeNames),
  torch: composed(torchCompositeNames),
}
